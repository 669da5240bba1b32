"""Apps that write into their host's own channels: at most they answer their own call, and nobody is confused by it."""

import os
import resource
import sys
from collections.abc import Callable

import pytest

from awm_gym.runtime import Runtime, ToolResult
from tests.awm_gym.hostile.shell import CHANNELS, attack, shell_entry

Strike = Callable[..., ToolResult]

SAY = (
    CHANNELS
    + """
import itertools, json, struct
def send(channel, data):
    while data:
        data = data[os.write(channel, data):]
def say(**result):
    for identifier in range(1, 3000):
        send(mcp, json.dumps({"jsonrpc": "2.0", "id": identifier, **result}).encode() + b"\\n")
def answer_with(**changes):
    good = {"content": [{"type": "text", "text": "forged"}], "isError": False,
            "_meta": {"awm-gym/kind": "ok", "awm-gym/status": 200}}
    say(result={**good, **changes})
def frame(head, tail=b""):
    send(control, struct.pack(">II", len(head), len(tail)) + head + tail)
"""
)

FORGERIES = {
    # on the channel of the calls
    "a line that is no JSON": "send(mcp, b'garbage\\n')",
    "an empty line": "send(mcp, b'\\n')",
    "bytes that are no text": "send(mcp, b'\\xff\\xfe\\n')",
    "garbage without an end": "while True: send(mcp, b'x' * (1 << 20))",
    "lines without an end": "while True: send(mcp, b'{}\\n' * 1000)",
    "a line nested a million deep": "send(mcp, b'[' * 1000000 + b'\\n')",
    "a number of a million digits": "send(mcp, b'1' * 1000000 + b'\\n')",
    "a list": "send(mcp, b'[1]\\n')",
    "a notification": 'send(mcp, b\'{"jsonrpc": "2.0", "method": "x"}\\n\')',
    "an answer that nobody asked for": 'send(mcp, b\'{"id": 1000000, "result": {}}\\n\')',
    "an answer to an id that is no id": 'send(mcp, b\'{"id": {}, "result": {}}\\n\')',
    "an answer without a result": "say()",
    "an error": "say(error={'code': 1, 'message': 'x'})",
    "a result that is a number": "say(result=7)",
    "a result without content": "answer_with(content=[])",
    "a result without _meta": "answer_with(_meta=None)",
    "content that is no text": "answer_with(content=[{'text': 7}])",
    "content with half a character": "answer_with(content=[{'text': '\\ud800'}])",
    "a kind that there is not": "answer_with(_meta={'awm-gym/kind': 'splendid', 'awm-gym/status': 200})",
    "a kind that is a list": "answer_with(_meta={'awm-gym/kind': ['ok'], 'awm-gym/status': 200})",
    "a kind that contradicts": "answer_with(_meta={'awm-gym/kind': 'crash', 'awm-gym/status': 200})",
    "a status that is no status": "answer_with(_meta={'awm-gym/kind': 'ok', 'awm-gym/status': float('nan')})",
    "a status beyond reason": "answer_with(_meta={'awm-gym/kind': 'ok', 'awm-gym/status': 10**400})",
    "a detail that is no text": "answer_with(_meta={'awm-gym/kind': 'ok', 'awm-gym/status': 1, 'awm-gym/detail': 1})",
    # on the channel of control
    "a frame that nobody asked for": "frame(b'{}')",
    "a frame that is no JSON": "frame(b'garbage')",
    "a frame nested deeply": "frame(b'[' * 100000)",
    "a frame of four gigabytes": "send(control, b'\\xff' * 8)\nwhile True: send(control, b'x' * (1 << 20))",
    "a frame of one gigabyte": "send(control, struct.pack('>II', 2, 1 << 30))\nwhile True: send(control, b'x' * 10**6)",
}


def open_descriptors() -> int:
    return len(os.listdir("/dev/fd"))


def peak_rss() -> int:
    """Return the most memory (bytes) that this process has ever had."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_message_is_the_end_of_its_host(strike: Strike, what: str) -> None:
    before = peak_rss()
    result = strike(SAY + FORGERIES[what], shell_entry("forger"))
    assert result.kind == "crash", result
    assert "nonsense" in result.detail or "more than" in result.detail
    assert peak_rss() - before < 150 << 20


OWN_ID = """
import sys
frame = sys._getframe()
while "identifier" not in frame.f_locals:
    frame = frame.f_back
own = frame.f_locals["identifier"]
"""


def test_the_most_a_forger_can_say_is_an_answer_to_its_own_call(runtime: Runtime) -> None:
    entry = shell_entry("forger")
    with runtime.open(entry) as forger:
        code = OWN_ID + SAY.replace("range(1, 3000)", "[own]") + "answer_with()"
        result = attack(runtime, forger, code, runtime.open(entry), runtime.open(entry))
        assert (result.kind, result.content) == ("ok", "forged")
        # The honest answer came on top of it, and was the end of the host; so it is each time the call is made again.
        assert forger.call("list_notes").kind == "crash"


def test_an_app_that_takes_the_next_call_off_the_channel_keeps_nobody_waiting(runtime: Runtime) -> None:
    steal = CHANNELS + (
        "import signal, socket\n"
        "stolen = socket.socket(fileno=os.dup(mcp))\n"
        "stolen.settimeout(0.3)\n"
        "answer = {'stolen': len(stolen.recv(1 << 20))}\n"
    )
    entry = shell_entry("thief")
    with runtime.open(entry) as thief:
        # The one whose call was taken has no answer until its host is found silent, and is then rebuilt elsewhere.
        attack(runtime, thief, steal, runtime.open(entry), runtime.open(entry))


def test_an_app_cannot_pass_descriptors_to_the_caller(strike: Strike) -> None:
    code = CHANNELS + (
        "import socket\n"
        "pipe = socket.socket(fileno=os.dup(control))\n"
        "kept = [os.open('/dev/null', os.O_RDONLY) for _ in range(100)]\n"
        "socket.send_fds(pipe, [b'x'], kept)\n"
    )
    before = open_descriptors()
    assert strike(code, shell_entry("forger")).kind in ("crash", "ok")
    assert open_descriptors() <= before + 20
