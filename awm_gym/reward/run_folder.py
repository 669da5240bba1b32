"""The folder of a run: trajectory.json, initial.db and final.db, as agents write it.

Two layouts of trajectory.json are read. The library's own tells `scenario`, `task_id`, `answer`, `now` (the virtual
time at the end), `digest` (of the entry) and `calls`: a list of `tool`, `arguments`, `content`, `kind` and `status`.
The official one tells `scenario`, `task_id`, `task`, `messages` and `trajectory`: a list of turns with `tool_calls` and
`tool_response`, in which environment tools are called through `call_tool`. What is not there is done without, as far
as that goes; fields that are not known are passed over.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from awm_gym.errors import SourceError
from awm_gym.runtime.types import Call, CallKind, ToolResult

TRAJECTORY = "trajectory.json"

_FOLDER = re.compile(r"\d{8}_\d{6}_(?P<scenario>.+)_task_(?P<task>\d+)")
_TOOL_PREFIX = "mcp_tool_"
_STATUS = re.compile(r"HTTP (?:error )?(\d{3})")
_THOUGHT = re.compile(r"<think>.*?</think>", re.S)
_KINDS = get_args(CallKind)


@dataclass(frozen=True, slots=True)
class Run:
    """What trajectory.json tells.

    Attributes:
        scenario: the scenario's name.
        task: index of the task.
        text: the task's text; empty if it is not told.
        answer: the final answer; None if there is none.
        calls: the calls of environment tools.
        now: when the run ended; None if it is not told.
        digest: of the entry that was played; empty if it is not told.
    """

    scenario: str
    task: int
    text: str
    answer: str | None
    calls: tuple[Call, ...]
    now: datetime | None
    digest: str


def read_run(folder: Path) -> Run:
    """Read the trajectory of a run.

    Raises:
        SourceError: if there is none, or it does not tell which task was played.
    """
    path = folder / TRAJECTORY
    try:
        told = json.loads(path.read_bytes())
    except OSError as error:
        raise SourceError(f"expected the folder of a run, with {TRAJECTORY}, got {folder}: {error.strerror}") from None
    except ValueError as error:
        raise SourceError(f"{path}: expected JSON: {error}") from None
    if not isinstance(told, dict):
        raise SourceError(f"{path}: expected a JSON object, got a {type(told).__name__}")
    scenario, task = _played(told, path)
    calls = _own_calls(told["calls"]) if isinstance(told.get("calls"), list) else _official_calls(told)
    return Run(
        scenario=scenario,
        task=task,
        text=_text(told.get("task")),
        answer=_answer(told),
        calls=tuple(calls),
        now=_moment(told),
        digest=_text(told.get("digest")),
    )


def _played(told: dict[str, Any], path: Path) -> tuple[str, int]:
    """Return the scenario and the index of the task, perhaps from the folder's name."""
    folder = _FOLDER.fullmatch(path.absolute().parent.name)
    scenario = told.get("scenario") or (folder and folder["scenario"])
    task = told.get("task_id")
    if task is None and folder:
        task = folder["task"]
    if not isinstance(scenario, str):
        raise SourceError(f"{path}: expected `scenario`, the name of what was played, got {scenario!r}")
    if isinstance(task, bool) or not re.fullmatch(r"\d+", str(task)):
        raise SourceError(f"{path}: expected `task_id`, the index of the task, got {task!r}")
    return scenario, int(str(task))


def _answer(told: dict[str, Any]) -> str | None:
    """Return the final answer: the last message of the agent, unless that calls a tool; what it thought is no part."""
    if "answer" in told:
        return told["answer"] if isinstance(told["answer"], str) else None
    said = [turn for turn in _dicts(told.get("messages")) if turn.get("role") == "assistant"]
    said = said or _dicts(told.get("trajectory"))
    if not said or said[-1].get("tool_calls"):
        return None
    text = _THOUGHT.sub("", _text(said[-1].get("content"))).strip()
    return text if text and "<tool_call>" not in text else None


def _own_calls(calls: list[Any]) -> Iterator[Call]:
    for number, call in enumerate(_dicts(calls), 1):
        content, status = _text(call.get("content")), call.get("status")
        kind = next((known for known in _KINDS if known == call.get("kind")), _guessed(content)[0])
        result = ToolResult(content, kind != "ok", kind, status if isinstance(status, int) else None)
        yield Call(_text(call.get("tool")), _arguments(call.get("arguments")), result, number)


def _official_calls(told: dict[str, Any]) -> Iterator[Call]:
    number = 0
    for turn in _dicts(told.get("trajectory")):
        for call in _dicts(turn.get("tool_calls")):
            name, arguments = _text(call.get("name")), _arguments(call.get("arguments"))
            if name == "call_tool":
                name, arguments = _text(arguments.get("tool_name")), _arguments(arguments.get("arguments"))
            if name == "list_tools":
                continue
            number += 1
            response = turn.get("tool_response")
            content = _text(response.get("content") if isinstance(response, dict) else response)
            kind, status = _guessed(content)
            result = ToolResult(content, kind != "ok", kind, status)
            yield Call(name.removeprefix(_TOOL_PREFIX), arguments, result, number)


def _guessed(content: str) -> tuple[CallKind, int | None]:
    """Return what happened to a call of which only the answer is known, where errors are told in words."""
    if not content.startswith("Error"):
        return "ok", None
    status = int(match[1]) if (match := _STATUS.search(content)) else None
    if status is None:
        return "malformed", None
    return "server_error" if status >= 500 else "refused", status


def _arguments(value: Any) -> dict[str, Any]:
    """Return arguments, which models write as an object or as its JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {"text": value}
    return value if isinstance(value, dict) else {}


def _moment(told: dict[str, Any]) -> datetime | None:
    """Return when the run ended; the official layout tells when it began, in the machine's time zone."""
    try:
        if "now" in told:
            now = datetime.fromisoformat(told["now"])
            return now if now.tzinfo else now.replace(tzinfo=UTC)
        return datetime.strptime(told["timestamp"], "%Y%m%d_%H%M%S").astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        return None


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
