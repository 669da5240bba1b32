"""The sandbox, wall by wall: a forked child is confined, tries something, and reports what came of it.

Each layer is put up alone where that is possible, so that no other one hides its absence; what native code
could do is tried with raw system calls, which the audit hook never sees.
"""

import asyncio
import contextlib
import ctypes
import errno
import fcntl
import importlib.metadata
import json
import mmap
import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest

from awm_gym.errors import SandboxUnavailable
from awm_gym.runtime.sandbox import (
    LAYERS,
    LayerName,
    Plan,
    Policy,
    Report,
    available,
    confine,
    landlock,
    paths,
    prepare,
    seccomp,
    syscalls,
)
from awm_gym.runtime.sandbox.syscalls import Arch

MIB = 2**20
PARENT = os.getpid()
PACKAGE = Path(paths.LIBRARY)
OUTSIDE = Path(tempfile.gettempdir(), f"awm-gym-never-written-{PARENT}")
HERE = {layer.name: layer for layer in available().layers}
libc = ctypes.CDLL(None, use_errno=True)


def needs(*layers: str) -> pytest.MarkDecorator:
    lacking = [f"{layer.name}: {layer.detail}" for layer in HERE.values() if not layer.active]
    missing = [line for line in lacking if line.partition(":")[0] in layers]
    return pytest.mark.skipif(bool(missing), reason="; ".join(missing))


def alone(*layers: LayerName, **fields: Any) -> Policy:
    """Return a policy with these layers only: what is refused then, they refuse."""
    return Policy(layers=frozenset(layers), **fields)


@dataclass
class Outcome:
    """What a child reported: a value, or the exception it met; and the signal that ended it, if one did."""

    value: Any = None
    error: str = ""
    code: int | None = None
    signal: int = 0


def child(policy: Policy | Plan, act: Callable[[], Any], before: Callable[[], Any] = int, **how: Any) -> Outcome:
    """Confine a forked child, let it act, and return what became of it."""
    plan = policy if isinstance(policy, Plan) else prepare(policy)
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        if "keep_fds" in how:
            how["keep_fds"] = (*how["keep_fds"], theirs)
        try:
            before()
            if sys.platform == "linux":
                libc.prctl(38, 1, 0, 0, 0)  # no new privileges: without them, Landlock and seccomp need root
            confine(plan, **how)
            report = {"value": act()}
        except BaseException as error:
            report = {"error": f"{type(error).__name__}: {error}", "code": getattr(error, "errno", None)}
        os.write(theirs, json.dumps(report).encode())
        os._exit(0)
    os.close(theirs)
    with open(ours, "rb") as file:
        text = file.read()
    _, status = os.waitpid(pid, 0)
    if plan is not policy:
        plan.close()
    return Outcome(**json.loads(text or "{}"), signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)


def numbers(arch: Arch) -> dict[str, int]:
    """Return the number of every call that the filter knows, by name."""
    tables = (syscalls.refused, syscalls.pretended, syscalls.absent, syscalls.conditional)
    return {name: number for table in tables for name, number in table(arch).items()}


def native(name: str, *args: Any) -> int:
    """Make a raw system call by name; a failure is an OSError."""
    numbered = (numbers(seccomp.architecture())[name], *args)
    result: int = libc.syscall(*(ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in numbered))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


@pytest.fixture(autouse=True)
def no_descriptor_leaks() -> Iterator[None]:
    before = len(os.listdir("/dev/fd"))
    yield
    assert len(os.listdir("/dev/fd")) <= before


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the process's own, beside which others may have theirs."""
    own = tmp_path.resolve() / "own"
    own.mkdir()
    return own


# -- what is there ----------------------------------------------------------------------------------------------


def test_available_tells_of_every_layer_and_confines_nothing() -> None:
    report = available()

    assert tuple(layer.name for layer in report.layers) == LAYERS
    assert all(layer.detail for layer in report.layers)
    assert Path("/etc/passwd").read_bytes()


def test_a_report_is_a_line_a_layer_and_travels_as_json() -> None:
    report = available()

    assert Report.model_validate_json(report.model_dump_json()) == report
    assert [line.split()[0] for line in str(report).splitlines()] == list(LAYERS)


@pytest.fixture
def no_landlock(monkeypatch: pytest.MonkeyPatch) -> None:
    def abi() -> int:
        raise OSError("needs Linux 5.13")

    monkeypatch.setattr(landlock, "abi", abi)


@pytest.mark.usefixtures("no_landlock")
def test_strict_mode_refuses_a_machine_that_lacks_a_layer_and_names_it() -> None:
    with pytest.raises(SandboxUnavailable, match=r"landlock \(needs Linux 5\.13\)"):
        prepare(Policy(strict=True))

    assert prepare(alone("audit", strict=True)).report.missing == ()


@pytest.mark.usefixtures("no_landlock")
def test_without_strict_mode_the_other_layers_stand_and_the_report_names_the_missing() -> None:
    with prepare(Policy()) as plan:
        assert "landlock" in [layer.name for layer in plan.report.missing]
        assert child(plan, Path("/etc/passwd").read_text).error.startswith("PermissionError")


def test_a_process_with_threads_is_not_confined() -> None:
    def start() -> None:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()

    outcome = child(Policy(), int, before=start)

    assert outcome.error == "RuntimeError: expected a process with one thread, this one has 2"


# -- inheritance ------------------------------------------------------------------------------------------------


def test_of_the_environment_only_the_variables_kept_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWM_KEPT", "yes")
    monkeypatch.setenv("AWM_SECRET", "s3cret")
    libc.getenv.restype = ctypes.c_char_p

    def look() -> list[Any]:
        return [dict(os.environ), libc.getenv(b"AWM_SECRET"), libc.getenv(b"AWM_KEPT").decode()]

    outcome = child(alone("inheritance", environ=("AWM_KEPT", "NOT_SET")), look)

    assert outcome.value == [{"AWM_KEPT": "yes"}, None, "yes"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_the_kernel_shows_no_environment_either() -> None:
    shown = Path("/proc/self/environ")
    assert shown.read_bytes().strip(b"\0")

    assert child(alone("inheritance"), lambda: shown.read_bytes().decode().strip("\0")).value == ""


def test_descriptors_are_closed_but_those_kept() -> None:
    kept, other = os.open(os.devnull, os.O_RDONLY), os.open(os.devnull, os.O_RDONLY)
    try:
        outcome = child(Policy(), lambda: [_is_open(0), _is_open(kept), _is_open(other)], keep_fds=(kept,))
    finally:
        os.close(kept)
        os.close(other)

    assert outcome.value == [True, True, False]


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def test_the_working_and_temporary_folder_is_its_own(folder: Path) -> None:
    def look() -> list[str]:
        with tempfile.NamedTemporaryFile() as file:
            return [os.getcwd(), os.path.dirname(file.name)]

    assert child(Policy(write=(folder,)), look).value == [str(folder)] * 2
    assert child(Policy(), os.getcwd).value == "/"


def test_packages_that_are_installed_but_not_in_use_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "awm_unused.py").touch()
    monkeypatch.syspath_prepend(tmp_path)

    def optional() -> str:
        with contextlib.suppress(ImportError):
            import awm_unused  # type: ignore[import-not-found]

            return str(awm_unused)
        return __import__("wave").__name__

    assert child(Policy(), optional).value == "wave"


# -- privileges -------------------------------------------------------------------------------------------------


@needs("privileges")
def test_it_has_no_capability_can_gain_none_and_is_closed_to_its_siblings() -> None:
    def look() -> list[Any]:
        status = dict(re.findall(r"^(\w+):\s*(\S+)", Path("/proc/self/status").read_text(), re.MULTILINE))
        dumpable = libc.prctl(3, 0, 0, 0, 0)
        return [int(status["CapEff"], 16), int(status["CapPrm"], 16), status["NoNewPrivs"], dumpable]

    assert child(alone("privileges"), look).value == [0, 0, "1", 0]


@needs("privileges")
def test_it_dies_with_its_parent() -> None:
    ours, theirs = os.pipe()
    parent = os.fork()
    if parent == 0:
        if os.fork() == 0:
            os.close(ours)
            confine(alone("privileges"))
            os.write(theirs, b"up")
            time.sleep(60)
        os.read(ours, 2)
        os._exit(0)
    os.close(theirs)
    os.waitpid(parent, 0)
    with open(ours, "rb") as file:
        assert file.read() == b""  # it ends when the last one who could write is gone


# -- limits -----------------------------------------------------------------------------------------------------


@needs("limits")
@pytest.mark.parametrize("bomb", [bytearray, lambda size: mmap.mmap(-1, size)], ids=["heap", "shared"])
def test_memory_beyond_the_limit_is_refused(bomb: Callable[[int], Any]) -> None:
    outcome = child(alone("limits", memory=64 * MIB), lambda: len(bomb(128 * MIB)))

    assert outcome.error.startswith("MemoryError") or outcome.code == errno.ENOMEM
    assert child(alone("limits", memory=256 * MIB), lambda: len(bomb(128 * MIB))).value == 128 * MIB


def test_a_file_too_big_is_refused(folder: Path) -> None:
    outcome = child(alone("limits", file_size=MIB), lambda: (folder / "big").write_bytes(bytes(2 * MIB)))

    assert outcome.code == errno.EFBIG
    assert (folder / "big").stat().st_size == MIB


def test_descriptors_and_core_dumps_are_limited() -> None:
    def hoard() -> list[int]:
        core = resource.getrlimit(resource.RLIMIT_CORE)[1]
        held: list[int] = []
        with contextlib.suppress(OSError):
            while len(held) < 1000:
                held.append(os.dup(0))
        return [len(held) < 1000, core]

    already = max(int(name) for name in os.listdir("/dev/fd")) + 1  # by the tests before this one
    assert child(alone("limits", open_files=already + 32), hoard).value == [True, 0]


def test_a_process_that_has_used_up_its_cpu_time_is_ended() -> None:
    def spin() -> None:
        while True:
            pass

    assert child(alone("limits", cpu=1), spin).signal == signal.SIGXCPU


# -- landlock ---------------------------------------------------------------------------------------------------

SECRETS = (
    "/etc/passwd",
    "/proc/self/environ",
    "/proc/self/status",
    f"/proc/{PARENT}/mem",
    str(PACKAGE / "errors.py"),
    str(PACKAGE.parent / "pyproject.toml"),
)


@needs("landlock")
@pytest.mark.parametrize("path", SECRETS)
def test_files_of_the_machine_of_others_and_of_the_library_cannot_be_read(path: str) -> None:
    if not os.path.exists(path):
        pytest.skip(f"no {path} here")

    assert child(alone("landlock"), Path(path).read_bytes).code == errno.EACCES


@needs("landlock")
@pytest.mark.parametrize("path", ["/", "/home", "/proc", tempfile.gettempdir(), str(PACKAGE.parent)])
def test_folders_cannot_be_listed(path: str) -> None:
    assert child(alone("landlock"), lambda: os.listdir(path)).code == errno.EACCES


@needs("landlock")
def test_it_writes_in_its_own_folder_and_nowhere_else(folder: Path) -> None:
    beside = folder.parent / "beside"
    beside.write_text("theirs")

    def work() -> str:
        (folder / "sub").mkdir()
        (folder / "a").write_text("mine")
        os.truncate(folder / "a", 2)
        os.replace(folder / "a", folder / "sub" / "b")
        text = (folder / "sub" / "b").read_text()
        (folder / "sub" / "b").unlink()
        (folder / "sub").rmdir()
        return text

    with prepare(alone("landlock", write=(folder,))) as plan:
        assert child(plan, work).value == "mi"
        for attempt in (
            beside.read_text,
            beside.unlink,
            lambda: beside.write_text("mine"),
            lambda: beside.rename(folder / "theirs"),
            lambda: os.link(beside, folder / "theirs"),
            lambda: OUTSIDE.write_text(""),
        ):
            assert child(plan, attempt).code in (errno.EACCES, errno.EXDEV)
    assert beside.read_text() == "theirs"
    assert not OUTSIDE.exists()


@needs("landlock")
@pytest.mark.parametrize("make", [lambda path: os.symlink("/etc", path), os.mkfifo], ids=["link", "pipe"])
def test_it_makes_nothing_but_files_and_folders(folder: Path, make: Callable[[Path], None]) -> None:
    assert child(alone("landlock", write=(folder,)), lambda: make(folder / "odd")).code == errno.EACCES


@needs("landlock")
def test_a_plan_can_be_narrowed_to_the_folder_of_one_process(tmp_path: Path) -> None:
    mine, theirs = tmp_path.resolve() / "mine", tmp_path.resolve() / "theirs"
    for place in (mine, theirs):
        place.mkdir()
        (place / "data").write_text(place.name)

    with prepare(alone("inheritance", "landlock", write=(tmp_path,))) as plan:
        assert child(plan, (theirs / "data").read_text).value == "theirs"
        outcome = child(plan, lambda: [(mine / "data").read_text(), os.getcwd()], only=(mine,))
        assert outcome.value == ["mine", str(mine)]
        for path in (theirs / "data", Path("/etc/passwd"), PACKAGE / "errors.py"):
            assert child(plan, path.read_text, only=(mine,)).code == errno.EACCES
        assert child(plan, lambda: __import__("wave").__name__, only=(mine,)).value == "wave"
        assert child(plan, int, only=("/etc",)).error.startswith("ValueError: expected a folder below")


@needs("landlock")
def test_what_is_hidden_below_a_readable_folder_stays_hidden(tmp_path: Path) -> None:
    site = tmp_path / "site"
    secret = site / "package" / "_entries" / "shop" / "gold.json"
    for path in (secret, site / "package" / "module.py", site / "other.py"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name)

    with prepare(alone("landlock", read=(site,), hidden=(site / "package" / "_entries",))) as plan:
        assert child(plan, (site / "package" / "module.py").read_text).value == "module.py"
        assert child(plan, (site / "other.py").read_text).value == "other.py"
        assert child(plan, secret.read_text).code == errno.EACCES
        assert child(plan, lambda: os.listdir(secret.parent)).code == errno.EACCES


def test_a_folder_is_taken_apart_only_where_something_is_hidden(tmp_path: Path) -> None:
    root = str(tmp_path.resolve())
    for name in ("a/x/secret", "a/x/open", "a/y/z", "b/c"):
        (tmp_path / name).mkdir(parents=True)

    assert list(paths.carve(root, (f"{root}/a/x/secret",))) == [f"{root}/a/x/open", f"{root}/a/y", f"{root}/b"]
    assert list(paths.carve(f"{root}/b", ())) == [f"{root}/b"]
    assert list(paths.carve(f"{root}/a/x/secret", (f"{root}/a/x",))) == []


def test_of_python_the_standard_library_and_the_packages_in_use_are_readable_and_no_more() -> None:
    found = paths.python_files((paths.LIBRARY,))

    def covered(path: str | Path) -> bool:
        return paths.below(os.path.realpath(path), found)

    assert covered(json.__file__)
    assert covered(pytest.__file__)
    assert not any(covered(path) for path in (__file__, PACKAGE, PACKAGE / "errors.py", "/usr/lib", "/etc"))
    assert not any(covered(site) for site in paths.site_folders())
    assert not covered(Path(paths.stdlib_folder(), "site-packages", "anything"))


def test_a_folder_that_is_missing_or_would_uncover_the_hidden_is_the_callers_mistake(folder: Path) -> None:
    for hidden in (folder, folder / "below", folder.parent):
        with pytest.raises(ValueError, match="apart from all that is hidden"):
            prepare(Policy(write=(folder,), hidden=(hidden,)))
    with pytest.raises(FileNotFoundError):
        prepare(Policy(write=(folder / "missing",)))


# -- seccomp ----------------------------------------------------------------------------------------------------

ATTEMPTS: dict[str, Callable[[], Any]] = {
    "internet socket": lambda: socket.socket(),
    "unix socket": lambda: socket.socket(socket.AF_UNIX),
    "netlink socket": lambda: socket.socket(16, socket.SOCK_RAW),
    "datagram pair, which can send to any address": lambda: socket.socketpair(type=socket.SOCK_DGRAM),
    "fork": os.fork,
    "subprocess": lambda: subprocess.run(["/bin/true"]),
    "spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "raw clone": lambda: native("clone", int(signal.SIGCHLD), 0, 0, 0, 0),
    "thread in a namespace of its own": lambda: native("clone", 0x10010000, 0, 0, 0, 0),
    "kill the parent": lambda: os.kill(PARENT, 0),
    "kill the group": lambda: os.kill(0, 0),
    "kill everybody": lambda: os.kill(-1, 0),
    "raw tgkill": lambda: native("tgkill", PARENT, PARENT, 0),
    "queue a signal": lambda: native("rt_sigqueueinfo", PARENT, 0, bytes(128)),
    "signal by descriptor": lambda: fcntl.fcntl(0, 8, PARENT),
    "signal by pidfd": lambda: native("pidfd_open", PARENT, 0),
    "trace the parent": lambda: native("ptrace", 16, PARENT, 0, 0),
    "read the parent's memory": lambda: native("process_vm_readv", PARENT, None, 0, None, 0, 0),
    "starve the parent": lambda: native("prlimit64", PARENT, 7, None, bytes(16)),
    "raise its own limits": lambda: native("setrlimit", 4, bytes(16)),
    "raise its own priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, 0),
    "outlive its parent": lambda: native("prctl", 1, 0, 0, 0, 0),
    "be dumpable again": lambda: native("prctl", 4, 1, 0, 0, 0),
    "become another user": lambda: native("setuid", 65534),
    "leave its session": os.setsid,
    "mount": lambda: native("mount", b"none", b"/no/such", b"tmpfs", 0, None),
    "chroot": lambda: os.chroot("/"),
    "unshare": lambda: native("unshare", 0x10000000),
    "bpf": lambda: native("bpf", 0, None, 0),
    "userfaultfd": lambda: native("userfaultfd", 0),
    "io_uring": lambda: native("io_uring_setup", 1, bytes(120)),
    "keyring": lambda: native("keyctl", 0, -3, 0),
    "perf": lambda: native("perf_event_open", bytes(120), 0, -1, -1, 0),
    "personality": lambda: native("personality", 0),
    "memory file": lambda: native("memfd_create", b"x", 0),
    "shared memory": lambda: native("shmget", 0, 4096, 0o1600),
    "watch files": lambda: native("inotify_init1", 0),
    "truncate through a reader": lambda: os.open(OUTSIDE, os.O_RDONLY | os.O_TRUNC),
    "truncate by path": lambda: os.truncate(OUTSIDE, 0),
    "file by handle": lambda: native("open_by_handle_at", -100, bytes(16), 0),
    "owner": lambda: os.chown(OUTSIDE, 0, 0),
    "type into the terminal": lambda: native("ioctl", 0, 0x5412, b"x"),
    "a filter of its own": lambda: native("seccomp", 1, 0, bytes(16)),
}


@needs("seccomp")
@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_system_calls_that_reach_out_are_refused(attempt: Callable[[], Any]) -> None:
    assert child(alone("seccomp"), attempt).code == errno.EPERM


@needs("seccomp")
def test_nothing_can_be_sent_to_an_address_even_by_an_inherited_socket(tmp_path: Path) -> None:
    ours, theirs = (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2))
    address = str(tmp_path / "log")
    with ours, theirs:
        theirs.bind(address)
        for attempt in (lambda: ours.sendto(b"x", address), lambda: ours.connect(address)):
            assert child(alone("seccomp"), attempt).code == errno.EPERM


@needs("seccomp")
@pytest.mark.parametrize("call", ["clone3", "openat2"])
def test_calls_whose_arguments_a_filter_cannot_see_do_not_exist(call: str) -> None:
    assert child(alone("seccomp"), lambda: native(call, None, 0)).code == errno.ENOSYS


@needs("seccomp")
def test_modes_and_times_seem_to_change_and_do_not(folder: Path) -> None:
    path = folder / "file"
    path.touch()
    before = path.stat()

    def change() -> None:
        path.chmod(0)
        os.utime(path, (0, 0))

    assert child(alone("seccomp"), change) == Outcome()
    assert path.stat() == before


@needs("seccomp")
def test_it_may_signal_itself_and_talk_over_a_pair_of_its_own() -> None:
    def act() -> list[Any]:
        seen: list[int] = []
        signal.signal(signal.SIGUSR1, lambda number, _: seen.append(number))
        os.kill(os.getpid(), signal.SIGUSR1)
        signal.raise_signal(signal.SIGUSR1)
        ours, theirs = socket.socketpair()
        ours.sendall(b"hello")
        return [len(seen), theirs.recv(5).decode()]

    assert child(Policy(), act).value == [2, "hello"]


@needs("seccomp")
def test_threads_are_the_policys_choice() -> None:
    def start() -> list[int]:
        seen: list[int] = []
        thread = threading.Thread(target=seen.append, args=(1,))
        thread.start()
        thread.join()
        return seen

    assert child(alone("seccomp", threads=True), start).value == [1]
    assert "can't start new thread" in child(alone("seccomp", threads=False), start).error


class Kernel:
    """Runs a filter as the kernel would: that part of BPF which it uses."""

    ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "i386": 0x40000003}  # noqa: RUF012
    ANSWERS = {0x7FFF0000: "allow", 0x50000: "pretend", 0x50001: "EPERM", 0x50026: "ENOSYS", 0x80000000: "kill"}  # noqa: RUF012

    def __init__(self, arch: Arch, pid: int = 4242, threads: bool = True) -> None:
        program = seccomp.compile_filter(arch, threads)
        code = bytearray(program.code)
        for offset in program.own_pid:
            struct.pack_into("=I", code, offset, pid)
        self._steps = list(struct.iter_unpack("=HBBI", code))

    def answer(self, arch: str, number: int, *args: int) -> str:
        padded = [arg & (2**64 - 1) for arg in (*args, *[0] * (6 - len(args)))]
        data = struct.pack("=IIQ6Q", number & 0xFFFFFFFF, self.ARCHITECTURES[arch], 0, *padded)
        at, loaded = 0, 0
        while True:
            code, if_true, if_false, value = self._steps[at]
            at += 1
            if code == 0x06:
                return self.ANSWERS[value]
            if code == 0x20:
                (loaded,) = struct.unpack_from("=I", data, value)
            elif code == 0x54:
                loaded &= value
            elif code == 0x05:
                at += value
            else:
                at += if_true if (loaded == value if code == 0x15 else loaded >= value) else if_false


@pytest.mark.parametrize("arch", get_args(Arch))
def test_the_filter_answers_every_number_as_the_table_says(arch: Arch) -> None:
    kernel = Kernel(arch)
    listed = dict.fromkeys(syscalls.refused(arch).values(), "EPERM")
    listed |= dict.fromkeys(syscalls.absent(arch).values(), "ENOSYS")
    listed |= dict.fromkeys(syscalls.pretended(arch).values(), "pretend")

    for number in set(range(600)) - set(syscalls.conditional(arch).values()):
        expected = listed.get(number, "allow" if number < syscalls.KNOWN else "ENOSYS")
        assert kernel.answer(arch, number) == expected, number
    for number in (0x40000000, 0x40000000 + syscalls.refused("x86_64")["socket"], -1):
        assert kernel.answer(arch, number) == "ENOSYS"
    assert kernel.answer("i386", 0) == "kill"


@pytest.mark.parametrize("arch", get_args(Arch))
@pytest.mark.parametrize(
    ("call", "args", "expected"),
    [
        ("clone", (0x3D0F00,), "allow"),
        ("clone", (17,), "EPERM"),
        ("clone", (0x4111,), "EPERM"),
        ("clone", (0x3D0F00 | 0x40000000,), "EPERM"),
        ("kill", (4242, 9), "allow"),
        ("kill", (4243, 9), "EPERM"),
        ("kill", (-4242, 9), "EPERM"),
        ("tgkill", (4242, 1, 9), "allow"),
        ("prctl", (15,), "allow"),
        ("prctl", (38,), "EPERM"),
        ("prlimit64", (0, 7, 0, 1 << 40), "allow"),
        ("prlimit64", (4242, 7, 0, 1), "allow"),
        ("prlimit64", (0, 7, 1 << 40, 0), "EPERM"),
        ("prlimit64", (0, 7, 1, 0), "EPERM"),
        ("prlimit64", (1, 7, 0, 1), "EPERM"),
        ("socketpair", (1, 1 | 0x80800), "allow"),
        ("socketpair", (1, 5), "EPERM"),
        ("socketpair", (2, 1), "EPERM"),
        ("sendto", (3, 1, 1, 0, 0, 0), "allow"),
        ("sendto", (3, 1, 1, 0, 1 << 40, 16), "EPERM"),
        ("ioctl", (0, 0x5421), "allow"),
        ("ioctl", (0, (7 << 32) | 0x5412), "EPERM"),
        ("fcntl", (0, 3), "allow"),
        ("fcntl", (0, 10, 9), "EPERM"),
        ("openat", (-100, 1, 0o1000 | 0o1), "allow"),
        ("openat", (-100, 1, 0o1000), "EPERM"),
    ],
)
def test_the_filter_decides_by_arguments(arch: Arch, call: str, args: tuple[int, ...], expected: str) -> None:
    assert Kernel(arch).answer(arch, syscalls.conditional(arch)[call], *args) == expected


@pytest.mark.parametrize(
    ("arch", "header"),
    [("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), ("aarch64", "/usr/include/asm-generic/unistd.h")],
)
def test_the_numbers_are_those_of_the_kernels_headers(arch: Arch, header: str) -> None:
    if not os.path.exists(header):
        pytest.skip(f"no {header} here")
    defined = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", Path(header).read_text())
    truth = {name: int(number) for name, number in defined}
    ours = numbers(arch)

    assert {name: truth.get(name, number) for name, number in ours.items()} == ours
    assert len(ours.keys() & truth.keys()) > 100
    assert len(set(ours.values())) == len(ours)


# -- audit ------------------------------------------------------------------------------------------------------

FENCED: dict[str, Callable[[], Any]] = {
    "read": Path("/etc/passwd").read_text,
    "read the library": (PACKAGE / "errors.py").read_text,
    "write": lambda: OUTSIDE.write_text(""),
    "write, low-level": lambda: os.open(OUTSIDE, os.O_CREAT),
    "list": lambda: os.listdir("/"),
    "remove": lambda: os.remove(OUTSIDE),
    "rename": lambda: os.rename("x", OUTSIDE),
    "link": lambda: os.symlink("x", OUTSIDE),
    "socket": lambda: socket.socket(),
    "resolve": lambda: socket.getaddrinfo("localhost", 80),
    "fork": os.fork,
    "subprocess": lambda: subprocess.run(["/bin/true"]),
    "shell": lambda: os.system("true"),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "signal": lambda: os.kill(PARENT, 0),
    "limits": lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
    "foreign library": lambda: ctypes.CDLL(None),
    "foreign call": lambda: libc.getpid(),
    "collector": lambda: __import__("gc").get_objects(),
    "database": lambda: sqlite3.connect(OUTSIDE),
    "database by address": lambda: sqlite3.connect(f"file://{OUTSIDE}?mode=rwc", uri=True),
}
if hasattr(sqlite3.Connection, "enable_load_extension"):  # a Python built without it needs no fence
    FENCED["extension"] = lambda: sqlite3.connect(":memory:").enable_load_extension(True)


@pytest.mark.parametrize("attempt", FENCED.values(), ids=FENCED.keys())
def test_the_hook_refuses_with_a_sentence(folder: Path, attempt: Callable[[], Any]) -> None:
    outcome = child(alone("inheritance", "audit", write=(folder,)), attempt)

    assert re.match(r"PermissionError: .*the sandbox (allows|lets|hides)", outcome.error)
    assert not OUTSIDE.exists()


def test_the_hook_lets_through_what_a_host_and_a_verifier_do(folder: Path) -> None:
    (folder / "a.db").touch()
    databases = (":memory:", "", "a.db", folder / "a.db", "file::memory:", "file:x?mode=memory", f"file:{folder}/a.db")

    def work() -> list[str]:
        for database in databases:
            sqlite3.connect(database, uri=True).execute("SELECT 1")
        with tempfile.TemporaryDirectory() as place:
            Path(place, "sub").mkdir()
            Path(place, "sub", "file").write_text("x")
        asyncio.run(asyncio.sleep(0))
        __import__("wave")
        return os.listdir(folder)

    assert child(alone("inheritance", "audit", write=(folder,)), work).value == ["a.db"]


# -- everything at once -----------------------------------------------------------------------------------------

APP = r"""
import json, re
from datetime import datetime
from decimal import Decimal
from typing import Optional
from zoneinfo import ZoneInfo
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, EmailStr
from sqlalchemy import Column, Integer, Numeric, String, create_engine, func
from sqlalchemy.orm import declarative_base, sessionmaker
from sqlalchemy.pool import StaticPool

engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
SessionLocal = sessionmaker(bind=engine)
Base = declarative_base()
app = FastAPI()

class Item(Base):
    __tablename__ = "items"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    price = Column(Numeric(10, 2))

class NewItem(BaseModel):
    name: str
    price: Decimal
    owner: Optional[EmailStr] = None

Base.metadata.create_all(engine)

@app.post("/items")
async def add(item: NewItem):
    with SessionLocal() as session:
        session.add(Item(name=re.sub(r"\s+", " ", item.name), price=item.price))
        session.commit()
        when = datetime.strptime("2025-03-01 12:00", "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo("Europe/Berlin"))
        return {"count": session.query(func.count(Item.id)).scalar(), "when": when.isoformat()}

@app.get("/items/{item_id}")
def get(item_id: int):  # not async: runs in a thread
    with SessionLocal() as session:
        item = session.get(Item, item_id)
        if item is None:
            raise HTTPException(404, "no such item")
        return json.loads(json.dumps({"name": item.name, "price": str(item.price)}))
"""


async def _request(app: Any, method: str, path: str, body: Any) -> list[Any]:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "http_version": "1.1"}
    scope |= {"headers": [(b"content-type", b"application/json")], "scheme": "http", "server": ("app", 80)}
    await app(scope, receive, send)
    return [sent[0]["status"], json.loads(sent[1]["body"])]


def test_a_confined_host_loads_an_app_and_serves_it_over_the_channel_it_was_given() -> None:
    import email_validator  # noqa: F401
    import fastapi  # noqa: F401
    import sqlalchemy.dialects.sqlite
    import sqlalchemy.orm  # noqa: F401

    ours, theirs = socket.socketpair()

    async def serve() -> None:
        module: dict[str, Any] = {"__name__": "generated"}
        exec(compile(APP, "app.py", "exec"), module)
        reader, writer = await asyncio.open_connection(sock=theirs)
        while line := await reader.readline():
            answer = await _request(module["app"], *json.loads(line))
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()

    requests = [
        ("POST", "/items", {"name": "a  cup", "price": "9.50", "owner": "me@example.com"}),
        ("POST", "/items", {"name": "a cup", "price": "x"}),
        ("GET", "/items/1", None),
        ("GET", "/items/2", None),
    ]
    ours.sendall(b"".join(json.dumps(request).encode() + b"\n" for request in requests))
    ours.shutdown(socket.SHUT_WR)
    outcome = child(Policy(), lambda: asyncio.run(serve()), keep_fds=(theirs.fileno(),))
    theirs.close()
    with ours, ours.makefile() as file:
        answers = [json.loads(line) for line in file]

    assert outcome == Outcome()
    assert [status for status, _ in answers] == [200, 422, 200, 404]
    assert answers[0][1] == {"count": 1, "when": "2025-03-01T12:00:00+01:00"}
    assert answers[2][1] == {"name": "a cup", "price": "9.50"}


FRESH = """
import os, sys, types
package = types.ModuleType("awm_gym")
package.__path__ = [sys.argv[1]]
sys.modules["awm_gym"] = package
from awm_gym.runtime.sandbox import Policy, confine, prepare
plan = prepare(Policy())
if os.fork() == 0:
    confine(plan)
    import bz2, decimal, lzma, mimetypes, ssl, uuid
    from importlib.metadata import version
    from zoneinfo import ZoneInfo
    print(version("pydantic"), mimetypes.guess_type("a.html")[0], ZoneInfo("Asia/Tokyo"), flush=True)
os.wait() if os.getpid() == os.getpgrp() else os._exit(0)
"""


def test_what_a_confined_process_loads_late_was_preloaded_or_is_readable() -> None:
    command = [sys.executable, "-c", FRESH, str(PACKAGE)]
    ran = subprocess.run(command, capture_output=True, text=True, start_new_session=True)

    assert ran.stderr == ""
    assert ran.stdout.split() == [importlib.metadata.version("pydantic"), "text/html", "Asia/Tokyo"]


def test_a_confined_verifier_compares_two_database_files(tmp_path: Path) -> None:
    folder = tmp_path / "1"
    folder.mkdir()
    for name, rows in (("initial", 1), ("final", 2)):
        with contextlib.closing(sqlite3.connect(folder / f"{name}.db")) as connection, connection:
            connection.execute("CREATE TABLE t (x)")
            connection.executemany("INSERT INTO t VALUES (?)", [(row,) for row in range(rows)])

    def verify() -> list[Any]:
        shutil.copy2(folder / "final.db", folder / "copy.db")
        found: list[Any] = []
        for name in ("initial", "final", "copy"):
            connection = sqlite3.connect(folder / f"{name}.db")
            connection.execute("CREATE TEMP TABLE sorted AS SELECT * FROM t ORDER BY x DESC")
            found += connection.execute("SELECT count(*) FROM sorted").fetchone()
        try:
            connection.execute("ATTACH DATABASE '/etc/passwd' AS stolen")
        except sqlite3.OperationalError as error:
            found.append(str(error))
        return found

    with prepare(Policy(write=(tmp_path,), threads=False, cpu=5)) as plan:
        outcome = child(plan, verify, only=(folder,))

    assert outcome.value[:3] == [1, 2, 2]
    if HERE["landlock"].active:
        assert outcome.value[3:] == ["unable to open database: /etc/passwd"]


@needs(*LAYERS)
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")
def test_an_ordinary_user_gets_the_same_walls() -> None:
    own = Path(tempfile.mkdtemp(prefix="awm-gym-test-"))
    os.chown(own, 65534, 65534)

    def become_nobody() -> None:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)

    def attempts() -> list[Any]:
        (own / "file").write_text("mine")
        found: list[Any] = [os.getuid(), (own / "file").read_text()]
        for attempt in (
            Path("/etc/passwd").read_text,
            lambda: native("socket", 2, 1, 0),
            lambda: native("kill", PARENT, 0),
        ):
            try:
                found.append(attempt())
            except OSError as error:
                found.append(error.errno)
        return found

    try:
        policy = Policy(write=(own,), layers=frozenset(LAYERS) - {"audit"})
        outcome = child(policy, attempts, before=become_nobody)
    finally:
        shutil.rmtree(own)

    assert outcome.value == [65534, "mine", errno.EACCES, errno.EPERM, errno.EPERM]
