"""Putting the layers up: `available` looks, `prepare` works a policy out in the parent, `confine` does it.

What takes time (listing folders, a few hundred Landlock rules, compiling the filter, loading libraries) is in
`prepare`. A child is left with some thirty system calls. Folders of its own come in by narrowing: a second
Landlock ruleset of few, coarse rules stands on the prepared one, and what both grant is what remains.

A layer that this machine lacks is reported. One that it has and that fails to go up is an OSError: no process
goes on with fewer walls than its report says.
"""

import os
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from awm_gym.errors import SandboxUnavailable
from awm_gym.runtime.sandbox import audit, inheritance, landlock, limits, paths, preload, privileges, seccomp
from awm_gym.runtime.sandbox.policy import LAYERS, Layer, LayerName, Policy, Report

StrPath = str | os.PathLike[str]


@dataclass(frozen=True)
class Plan:
    """A policy worked out: made by `prepare`, used by any number of forked children, closed by the parent.

    Attributes:
        policy: the policy.
        report: which of its layers this machine has, and so every child.
        readable: what is readable, coarsely: real paths of files and folders, some with hidden parts.
        writable: real paths of the writable folders.
        ruleset: the descriptor of the Landlock ruleset, or None without that layer.
        program: the seccomp filter, or None without that layer.
        fence: the audit hook.
        importable: the top-level modules that can be imported.
        environment_block: where the kernel keeps the environment it shows, or None if unknown.
    """

    policy: Policy
    report: Report
    readable: tuple[str, ...]
    writable: tuple[str, ...]
    ruleset: int | None
    program: seccomp.Program | None = field(repr=False)
    fence: audit.Fence = field(repr=False)
    importable: frozenset[str] = field(repr=False)
    environment_block: tuple[int, int] | None

    def close(self) -> None:
        """Release the ruleset; children already confined stay so."""
        if self.ruleset is not None:
            os.close(self.ruleset)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_PROBES: dict[LayerName, Callable[[], str]] = {
    "inheritance": lambda: "environment, descriptors, working folder, packages",
    "privileges": privileges.probe,
    "limits": limits.probe,
    "landlock": lambda: landlock.describe(landlock.abi()),
    "seccomp": lambda: f"a filter for {seccomp.probe()}",
    "audit": lambda: "events of the interpreter",
}


def available() -> Report:
    """Tell which layers this machine has, and confine nothing."""
    return Report(layers=tuple(_probe(name) for name in LAYERS))


def prepare(policy: Policy) -> Plan:
    """Work a policy out, once, in the process whose forked children shall be confined.

    Everything the children will run must be imported before: packages imported later are missing for them.

    Args:
        policy: what they may do.

    Returns:
        The plan; close it when no more children are to come.

    Raises:
        SandboxUnavailable: if the policy is strict and this machine lacks one of its layers.
        FileNotFoundError: if a path of the policy does not exist.
        ValueError: if something hidden lies in a writable folder.
    """
    report = Report(layers=tuple(_probe(name) for name in LAYERS if name in policy.layers))
    if policy.strict and report.missing:
        raise SandboxUnavailable(_what_is_missing(report))
    hidden = (paths.LIBRARY, *(os.path.realpath(path) for path in policy.hidden))
    read, writable = _real(policy.read), _real(policy.write)
    for folder in writable:
        if any(paths.below(folder, [secret]) or paths.below(secret, [folder]) for secret in hidden):
            raise ValueError(f"expected a writable folder apart from all that is hidden, got {folder!r}")
    preload.preload()
    active = {layer.name for layer in report.layers if layer.active}
    readable = (*paths.python_folders(), *paths.DEVICES_READ, *read)
    return Plan(
        policy=policy,
        report=report,
        readable=readable,
        writable=writable,
        ruleset=_ruleset(read, hidden, writable) if "landlock" in active else None,
        program=seccomp.compile_filter(seccomp.probe(), policy.threads) if "seccomp" in active else None,
        fence=audit.Fence(readable, hidden),
        importable=inheritance.importable(),
        environment_block=inheritance.environment_block(),
    )


def confine(policy: Policy | Plan, *, only: Sequence[StrPath] = (), keep_fds: Collection[int] | None = None) -> Report:
    """Wall this process in, for good.

    Call it in a freshly forked child with a single thread, before any code that is not trusted. If it raises,
    the process may be half confined: report that and exit.

    Args:
        policy: a policy, or the plan that `prepare` made of it in the parent, which is much faster.
        only: folders below the policy's writable ones; if given, this process gets these instead.
        keep_fds: descriptors to keep beside 0, 1 and 2; the others are closed. With None, all stay open.

    Returns:
        Which layers stand.

    Raises:
        SandboxUnavailable: if the policy is strict and this machine lacks one of its layers.
        RuntimeError: if the process has more than one thread; the others would stay outside.
        ValueError: if `only` names a folder that the policy does not let it write.
        OSError: if the system refuses to put up a layer that it has.
    """
    if threading.active_count() > 1:
        raise RuntimeError(f"expected a process with one thread, this one has {threading.active_count()}")
    plan = policy if isinstance(policy, Plan) else prepare(policy)
    writable = tuple(_own(folder, plan.writable) for folder in only) or plan.writable
    steps: dict[LayerName, Callable[[], None]] = {
        "inheritance": lambda: _disinherit(plan, writable, keep_fds),
        "privileges": lambda: privileges.apply(plan.policy.die_with_parent),
        "limits": lambda: limits.apply(plan.policy),
        "landlock": lambda: _landlock(plan, writable if only else ()),
        "seccomp": lambda: _seccomp(plan),
        "audit": lambda: plan.fence.put_up((*writable, *paths.DEVICES_WRITE)),
    }
    for layer in plan.report.layers:
        if layer.active or layer.name == "limits":  # where memory has no limit, the others still do
            steps[layer.name]()
    return plan.report


def _probe(name: LayerName) -> Layer:
    try:
        return Layer(name=name, active=True, detail=_PROBES[name]())
    except OSError as error:
        return Layer(name=name, active=False, detail=str(error))


def _what_is_missing(report: Report) -> str:
    reasons = "; ".join(f"{layer.name} ({layer.detail})" for layer in report.missing)
    return (
        f"expected every layer of the sandbox, but this machine lacks: {reasons}. Run on a Linux that has "
        "them, or give up strict mode, which goes on with the layers there are"
    )


def _real(given: Sequence[StrPath]) -> tuple[str, ...]:
    return tuple(os.path.realpath(path, strict=True) for path in given)


def _own(folder: StrPath, writable: tuple[str, ...]) -> str:
    path = os.fspath(folder)
    if not paths.below(path, writable):  # not spelled as its real path, or not one of them
        path = os.path.realpath(folder)
        if not paths.below(path, writable):
            raise ValueError(f"expected a folder below one of {writable}, got {os.fspath(folder)!r}")
    return path


def _ruleset(read: tuple[str, ...], hidden: tuple[str, ...], writable: tuple[str, ...]) -> int:
    extra = (part for path in read for part in paths.carve(path, hidden))
    readable = (*paths.python_files(hidden), *paths.DEVICES_READ, *extra)
    rules = [(path, landlock.READ) for path in readable]
    rules += [(path, landlock.WRITE) for path in (*paths.DEVICES_WRITE, *writable)]
    return landlock.ruleset(landlock.abi(), rules)


def _disinherit(plan: Plan, writable: tuple[str, ...], keep_fds: Collection[int] | None) -> None:
    inheritance.clear_environment(plan.policy.environ, plan.environment_block)
    inheritance.settle(writable[0] if writable else None)
    inheritance.limit_imports(plan.importable)
    if keep_fds is not None:
        inheritance.close_descriptors({*keep_fds, *(() if plan.ruleset is None else (plan.ruleset,))})


def _landlock(plan: Plan, narrowed: tuple[str, ...]) -> None:
    assert plan.ruleset is not None
    rulesets = [plan.ruleset]
    if narrowed:
        rules = [(path, landlock.READ) for path in plan.readable]
        rules += [(path, landlock.WRITE) for path in (*paths.DEVICES_WRITE, *narrowed)]
        rulesets.insert(0, landlock.ruleset(landlock.abi(), rules))  # the kernel copies the first into the second
    for descriptor in rulesets:
        landlock.apply(descriptor)
        os.close(descriptor)


def _seccomp(plan: Plan) -> None:
    assert plan.program is not None
    seccomp.apply(plan.program)
