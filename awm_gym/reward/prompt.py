"""The judge's prompt: the templates beside this file, filled in so that an agent's text stays data.

What an agent wrote (arguments, answers, rows it made) could try to look like the end of the record and the beginning
of an instruction. It cannot: it is inside of JSON, where line breaks and characters that cannot be seen are escaped,
so it never begins a line; and the markers carry a random code that the text does not contain.
"""

import json
import re
import secrets
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from awm_gym.registry.entry import Verifier
from awm_gym.runtime.types import Call, Evidence

_PROMPTS = Path(__file__).parent / "prompts"
_MAX_FACTS = 40_000
_MAX_CALLS = 60_000
_MIN_CALL = 300
_MAX_ANSWER = 8_000
_CRITERIA = ("reasoning", "success_criteria", "failure_criteria")


def judge_messages(evidence: Evidence, verifier: Verifier, facts: Any) -> list[dict[str, str]]:
    """Return the conversation in which a model is asked to judge an episode.

    Args:
        evidence: the episode.
        verifier: the task's SQL verifier, whose author's notes are the criteria.
        facts: what it reported; JSON values.
    """
    assignment = _json({"task": evidence.task.text, "criteria": _criteria(verifier.raw_response)})
    record = _json(
        {
            "calls": _calls(evidence.calls),
            "final_answer": None if evidence.answer is None else _cut(evidence.answer, _MAX_ANSWER),
            "database_facts": _fitting(facts, _MAX_FACTS),
        }
    )
    nonce = _unused_in(assignment + record)
    filled = {"nonce": nonce, "assignment": assignment, "record": record}
    return [
        {"role": "system", "content": _template("judge_system.md").substitute(nonce=nonce)},
        {"role": "user", "content": _template("judge_user.md").substitute(filled)},
    ]


def _criteria(raw_response: str) -> Any:
    """Return what the verifier's author wrote around it: the known fields of a JSON text, else the text."""
    try:
        told = json.loads(raw_response)
    except ValueError:
        told = None
    if isinstance(told, dict) and any(name in told for name in _CRITERIA):
        return {name: told[name] for name in _CRITERIA if name in told}
    return _cut(raw_response, _MAX_ANSWER) or None


def _calls(calls: Sequence[Call]) -> list[dict[str, Any]]:
    """Return the calls; the more there are, the more is left out of each."""
    room = max(_MIN_CALL, _MAX_CALLS // max(1, len(calls)))
    return [
        {
            "number": number,
            "tool": _cut(call.tool, _MIN_CALL),
            "arguments": _fitting(call.arguments, room // 2),
            "status": call.result.status,
            "what_happened": call.result.kind,
            "answer": _cut(call.result.content, room // 2),
        }
        for number, call in enumerate(calls, 1)
    ]


def _fitting(value: Any, limit: int) -> Any:
    """Return a value, or the beginning and end of its JSON if that is too long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return value if len(text) <= limit else _cut(text, limit)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    head = limit * 2 // 3
    return f"{text[:head]} [... {len(text) - limit} characters are left out ...] {text[head - limit :]}"


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=1, default=str)
    return re.sub(r"[^\n -~]", _escaped_if_unseen, text)


def _escaped_if_unseen(match: re.Match[str]) -> str:
    character = match[0]
    if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"):
        return json.dumps(character)[1:-1]
    return character


def _unused_in(text: str) -> str:
    while (nonce := secrets.token_hex(16)) in text:
        pass
    return nonce


@cache
def _template(name: str) -> Template:
    return Template((_PROMPTS / name).read_text(encoding="utf-8"))
