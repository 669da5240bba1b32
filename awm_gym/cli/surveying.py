"""Surveying a source: every scenario is brought up, checked by Gymnasium, and played at random, task by task.

What is wrong with a scenario is part of the result, never the end of the survey. Seeds are fixed, so two surveys
of the same entries by the same versions find the same.
"""

import contextlib
import io
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, get_args

import gymnasium
from gymnasium.utils.env_checker import check_env

from awm_gym.env import AwmEnv
from awm_gym.errors import AwmError
from awm_gym.registration import register_envs
from awm_gym.registry import Entry, Source
from awm_gym.runtime import CallKind, Verdict, default_runtime

KINDS: tuple[CallKind, ...] = get_args(CallKind)


@dataclass
class Findings:
    """What was found in one scenario; texts name the task they are about.

    Attributes:
        scenario: its normalised name.
        error: why it cannot be brought up; empty if it can, and then the rest says how it did.
        tables: tables of the database.
        rows: rows in all tables.
        tools: tools of the app.
        tasks: tasks, each of which was checked and played.
        warnings: what the runtime mended or found strange.
        failed: SQL statements that fell out when the database was built.
        checks: what Gymnasium's environment checker raised or warned about.
        calls: how many of the random calls ended how.
        exceptions: what was raised while playing.
        judge_errors: verifiers that failed, on the untouched database or after the random calls.
        free: indices of the tasks whose verifier says complete when nothing was done.
    """

    scenario: str
    error: str = ""
    tables: int = 0
    rows: int = 0
    tools: int = 0
    tasks: int = 0
    warnings: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    checks: list[str] = field(default_factory=list)
    calls: dict[CallKind, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    exceptions: list[str] = field(default_factory=list)
    judge_errors: list[str] = field(default_factory=list)
    free: list[int] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether it came up, and nothing was raised or failed."""
        return not (self.error or self.checks or self.exceptions or self.judge_errors)

    @property
    def troubles(self) -> list[str]:
        """What keeps it from being clean."""
        return [text for text in (self.error, *self.checks, *self.exceptions, *self.judge_errors) if text]


def survey_source(source: Source, calls: int, advance: Callable[[], None]) -> Iterator[Findings]:
    """Survey every scenario of a source, and yield what was found in each.

    A scenario that the source itself passes over is reported too, with the source's reasons.

    Args:
        source: where the scenarios are.
        calls: random calls a task.
        advance: is called after each task.
    """
    names = source.names()
    reasons: dict[str, list[str]] = {}
    for problem in source.problems():
        if problem.scenario and problem.scenario not in names:
            reasons.setdefault(problem.scenario, []).append(str(problem))
    for name in sorted({*names, *reasons}):
        if name in reasons:
            yield Findings(name, error="; ".join(reasons[name]))
        else:
            yield _survey_scenario(source, name, calls, advance)


def _survey_scenario(source: Source, name: str, calls: int, advance: Callable[[], None]) -> Findings:
    try:
        entry = source.get(name)
        scenario = default_runtime().scenario(entry)
    except AwmError as error:
        return Findings(name, error=str(error))
    tables, rows = _size(scenario.image)
    found = Findings(
        name,
        tables=tables,
        rows=rows,
        tools=len(scenario.tools),
        tasks=len(entry.tasks),
        warnings=scenario.warnings,
        failed=scenario.failed,
    )
    register_envs([name])
    for task in range(found.tasks):
        try:
            found.checks += [f"task {task}: {text}" for text in _checked(_make(source, entry, task, calls))]
            _play(found, source, entry, task, calls)
        except Exception as error:  # the very thing that is looked for
            found.exceptions.append(f"task {task}: {type(error).__name__}: {error}")
        advance()
    return found


def _make(source: Source, entry: Entry, task: int, calls: int) -> gymnasium.Env[Any, Any]:
    return gymnasium.make(entry.env_id, task=task, source=str(source.location), max_steps=calls)


def _checked(env: gymnasium.Env[Any, Any]) -> list[str]:
    """Return what Gymnasium's checker warns about or raises."""
    raised = []
    # One of the render modes that it tries prints.
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("always")
        try:
            check_env(env.unwrapped)
        except Exception as error:
            raised.append(f"{type(error).__name__}: {error}")
        env.close()
    return [*(str(warning.message) for warning in caught), *raised]


def _play(found: Findings, source: Source, entry: Entry, task: int, calls: int) -> None:
    """Judge the untouched database, make random calls, and judge again."""
    env = _make(source, entry, task, calls)
    game = env.unwrapped
    assert isinstance(game, AwmEnv)
    names = [tool.name for tool in game.tools]  # all but the one that ends the episode
    env.action_space.seed(task)
    env.reset(seed=task)
    untouched = game.verdict()
    _note_judge_error(found, task, "untouched", untouched)
    if untouched.outcome == "complete":
        found.free.append(task)
    done = False
    while not done:
        _, _, terminated, truncated, info = env.step(env.action_space.sample(mask=names))
        found.calls[info["kind"]] += 1
        done = terminated or truncated
    _note_judge_error(found, task, "after the calls", Verdict(info["outcome"], info["detail"]))
    env.close()


def _note_judge_error(found: Findings, task: int, when: str, verdict: Verdict) -> None:
    if verdict.outcome == "judge_error":
        found.judge_errors.append(f"task {task}, {when}: {verdict.detail}")


def _size(image: bytes) -> tuple[int, int]:
    """Return how many tables and rows a database holds."""
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(image)
        database.execute("PRAGMA trusted_schema=OFF")
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
        tables = ['"' + name.replace('"', '""') + '"' for (name,) in database.execute(query)]
        return len(tables), sum(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)
