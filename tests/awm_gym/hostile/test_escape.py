"""Apps that reach out of their process: every attempt fails in the call that makes it, and nobody else notices."""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from awm_gym.runtime import Runtime, ToolResult
from tests.awm_gym.hostile.conftest import SECRET, needs_every_layer
from tests.awm_gym.hostile.shell import HOST, shell_entry

Strike = Callable[..., ToolResult]

ROOT = Path(__file__).parents[3]
GOLD = ROOT / "registry" / "e_commerce_33" / "tasks" / "00" / "gold.json"

ESCAPES = {
    # files
    "reads a file of the system": "open('/etc/passwd').read()",
    "reads a gold solution": f"open({str(GOLD)!r}).read()",
    "lists the bundled entries": f"import os; os.listdir({str(ROOT / 'registry')!r})",
    "reads the library": f"open({str(ROOT / 'awm_gym' / 'errors.py')!r}).read()",
    "lists the user's files": f"import os; os.listdir({str(Path.home())!r})",
    "lists what others have in memory files": "import os; os.listdir('/dev/shm')",
    "writes a temporary file": f"open({tempfile.gettempdir() + '/awm-hostile'!r}, 'w')",
    "writes where it stands": "open('here', 'w')",
    "writes into Python": "import os; open(os.__file__, 'a')",
    "makes a folder": f"import os; os.mkdir({tempfile.gettempdir() + '/awm-hostile'!r})",
    "links to what it may not read": f"import os; os.symlink('/etc/passwd', {tempfile.gettempdir() + '/awm-link'!r})",
    "removes a file": f"import os; os.remove({str(ROOT / 'pyproject.toml')!r})",
    "opens a database file": "import _sqlite3; _sqlite3.connect('/tmp/awm-hostile.db').execute('CREATE TABLE t(x)')",
    # /proc
    "reads its environment from the kernel": "open('/proc/self/environ').read()",
    "reads its own memory": "open('/proc/self/mem', 'rb')",
    "reads another process": "import os; open(f'/proc/{os.getppid()}/cmdline').read()",
    "lists its descriptors": "import os; os.listdir('/proc/self/fd')",
    # the network
    "opens an internet socket": "from socket import *; socket(AF_INET).connect(('127.0.0.1', 80))",
    "opens a datagram socket": "from socket import *; socket(AF_INET, SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    "opens a unix socket": "from socket import *; socket(AF_UNIX).connect('/run/docker.sock')",
    "opens an abstract socket": "from socket import *; socket(AF_UNIX).bind('\\0awm')",
    "asks for an address": "from socket import *; getaddrinfo('example.org', 80)",
    "sends from a pair of sockets": "from socket import *; socketpair(type=SOCK_DGRAM)[0].sendto(b'x', '\\0awm')",
    "fetches a page": "import urllib.request; urllib.request.urlopen('http://127.0.0.1/')",
    # processes
    "runs a program": "import subprocess; subprocess.run(['true'])",
    "runs a shell": "import os; assert os.system('true') == 0",
    "forks": "import os; os.fork()",
    "becomes another program": "import os; os.execv('/bin/true', ['true'])",
    "spawns a program": "import os; os.posix_spawn('/bin/true', ['true'], {})",
    "starts a process": "import multiprocessing; multiprocessing.get_context('fork').Process(target=print).start()",
    "starts a thread": "import threading; threading.Thread(target=print).start()",
    # signals (0 asks whether one could be sent: should a wall be missing, it is not the tester who dies) and limits
    "signals its parent": "import os; os.kill(os.getppid(), 0)",
    "signals its group": "import os; os.killpg(os.getpgrp(), 0)",
    "signals everybody": "import os; os.kill(-1, 0)",
    "signals its siblings": "import os; [os.kill(os.getpid() + i, 0) for i in range(-50, 50) if i]",
    "raises its limits": "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "lowers its priority for others": "import os; os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
}

HOOK_ONLY = {
    "loads a library": "import ctypes; ctypes.CDLL(None)",
    "calls native code": "import ctypes; ctypes.pythonapi.Py_GetVersion()",
    "reads raw memory": "import ctypes; ctypes.string_at(id(None), 8)",
    "lists all objects": "import gc; gc.get_objects()",
}

TEAR_DOWN = HOST + "host._plan.fence._checks.clear()\n"
"""Empties the table of the audit hook, the last fence and the only one in Python."""

NATIVE = {
    "opens a file": "ctypes.CDLL(None, use_errno=True).open(b'/etc/passwd', 0)",
    "opens a socket": "ctypes.CDLL(None, use_errno=True).socket(2, 1, 0)",
    "forks": "ctypes.CDLL(None, use_errno=True).fork()",
    "signals its parent": "ctypes.CDLL(None, use_errno=True).kill(os.getppid(), 0)",
    "traces its parent": "ctypes.CDLL(None, use_errno=True).ptrace(16, os.getppid(), 0, 0)",
    "makes a file in memory": "ctypes.CDLL(None, use_errno=True).memfd_create(b'x', 0)",
    "runs a program": "ctypes.CDLL(None, use_errno=True).execv(b'/bin/true', None)",
    "opens its memory": "ctypes.CDLL(None, use_errno=True).open(b'/proc/self/mem', 2)",
}


def failed(result: ToolResult) -> bool:
    """Whether a call ended with an error of the system, and nothing worse."""
    refusals = (
        "PermissionError",
        "OSError",
        "gaierror",
        "[Errno 1]",
        "start new thread",
        "unable to open",
        "not allowed",
    )
    return result.kind == "server_error" and any(refusal in result.detail for refusal in refusals)


@pytest.mark.parametrize("what", [*ESCAPES, *HOOK_ONLY])
def test_an_app_cannot_reach_out_of_its_process(strike: Strike, what: str) -> None:
    result = strike({**ESCAPES, **HOOK_ONLY}[what])
    assert failed(result), result
    assert "PermissionError" not in result.content


@needs_every_layer
@pytest.mark.parametrize("what", ESCAPES)
def test_the_kernels_walls_stand_alone_when_the_hook_in_python_is_torn_down(strike: Strike, what: str) -> None:
    result = strike(TEAR_DOWN + ESCAPES[what], shell_entry("torn down"))
    assert failed(result) or "AssertionError" in result.detail, result


@needs_every_layer
@pytest.mark.parametrize("what", NATIVE)
def test_native_code_meets_the_same_walls(strike: Strike, what: str) -> None:
    code = f"import ctypes, os\nanswer = [{NATIVE[what]}, ctypes.get_errno()]"
    result = strike(TEAR_DOWN + code, shell_entry("torn down"))
    assert result.content in ("[-1,1]", "[-1,13]"), result  # EPERM, EACCES


def test_no_variable_of_the_callers_environment_is_left(runtime: Runtime, strike: Strike) -> None:
    assert os.environ["AWM_HOSTILE_SECRET"] == SECRET
    result = strike("import os; answer = dict(os.environ)")
    assert result.kind == "ok"
    assert SECRET not in result.content
    assert "PATH" not in result.content.replace("DATABASE_PATH", "")


@needs_every_layer
def test_the_c_library_knows_no_variable_of_the_caller_either(strike: Strike) -> None:
    code = """
import ctypes
libc = ctypes.CDLL(None)
libc.getenv.restype = ctypes.c_char_p
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
first = environ[0] if environ else None
answer = [libc.getenv(b"AWM_HOSTILE_SECRET"), first and first.decode()]
"""
    result = strike(TEAR_DOWN + code, shell_entry("torn down"))
    assert result.content.startswith("[null,"), result
    assert SECRET not in result.content


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_host_says_which_layers_stand_around_it(runtime: Runtime) -> None:
    scenario = runtime.scenario(shell_entry())
    assert set(scenario.sandbox) == {"inheritance", "privileges", "limits", "landlock", "seccomp", "audit"}
