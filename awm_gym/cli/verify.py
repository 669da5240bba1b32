"""`awm verify`: judge a run that has ended, by its folder.

The options, files and defaults are those of the official command line. The verifier comes from one of AWM's JSONL
files if there is one, else from the entry of that name; what it needs to run is only the two databases.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from awm_gym.errors import EntryNotFound, SourceError, VerifierNotFound
from awm_gym.registry import Entry, Task, Verifier, get_entry, key_of, normalise
from awm_gym.registry.rows import VERIFIERS, VerifierRow
from awm_gym.registry.validation import explain
from awm_gym.reward import SqlVerifier, verify_code, verify_diff
from awm_gym.reward.run_folder import Run, read_run
from awm_gym.runtime import Evidence, Runtime, Verdict
from awm_gym.runtime import Verifier as Judge
from awm_gym.serve import read_image, write_file

_MODES = ("sql", "code", "diff")
_FILES: dict[str, str] = {kind: file for file, kind in VERIFIERS.items()}
_NO_ANCHOR = datetime(2026, 1, 1, tzinfo=UTC)
"""The start of the clock for a scenario that is not on this machine, and of which no time is told."""


def add_commands(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add `awm verify`."""
    about = "judge a run by its folder, and write verify.MODE.json into it; exit status 1 if no verdict can be had"
    description = f"{about[0].upper()}{about[1:]}."
    parser = subparsers.add_parser("verify", help="judge a run by its folder", description=description)
    parser.add_argument(
        "--input", type=Path, required=True, metavar="RUN_DIR", help="with trajectory.json, initial.db and final.db"
    )
    for option, name in (("--init_db_path", "initial.db"), ("--final_db_path", "final.db")):
        parser.add_argument(option, type=Path, metavar="FILE", help=f"default: {name} in the run's folder")
    parser.add_argument(
        "--mode",
        choices=_MODES,
        default="sql",
        help="sql: facts, judged by an LLM; code: the code verifier; diff: compare with the gold solution "
        "(default: %(default)s)",
    )
    for option, kind in (("--verifier_path", "sql"), ("--verifier_code_path", "code")):
        file = Path("outputs") / _FILES[kind]
        parser.add_argument(
            option,
            type=Path,
            metavar="FILE",
            help=f"the {kind} verifiers (default: {file} if that has the task's, else those of the entry)",
        )
    parser.add_argument("--source", metavar="NAME_OR_PATH", help="take the entry from this source")
    parser.add_argument("--model", help="the judge (default: AWM_SYN_OVERRIDE_MODEL)")
    parser.add_argument(
        "--votes", type=_positive, default=1, help="how often the judge is asked (default: %(default)s)"
    )
    parser.set_defaults(run=verify)


def verify(args: argparse.Namespace) -> int:
    """Judge a run; exit status 1 if no verdict can be had."""
    run = read_run(args.input)
    initial = read_image(args.init_db_path or args.input / "initial.db")
    final = read_image(args.final_db_path or args.input / "final.db")
    entry, task = _played(args, run)
    if run.digest and run.digest != entry.digest:
        print(f"awm: {entry.key} has changed since the run", file=sys.stderr)
    evidence = Evidence(entry, task, initial, final, run.answer, _end(run, entry, args.mode), run.calls)
    judges: dict[str, Judge] = {
        "sql": SqlVerifier(args.model, args.votes),
        "code": verify_code,
        "diff": verify_diff,
    }
    with Runtime() as runtime:
        if args.mode == "diff":
            _require_same(runtime, entry, initial)
        verdict = runtime.wait(judges[args.mode](runtime, evidence))
    path = args.input / f"verify.{args.mode}.json"
    told = json.dumps(_told(args.mode, run, task, verdict), ensure_ascii=False, indent=2)
    write_file(path, f"{told}\n".encode("utf-8", "replace"))
    print(f"{key_of(run.scenario)}, task {run.task}: {verdict.outcome}: {verdict.detail}")
    print(path)
    return 1 if verdict.outcome == "judge_error" else 0


def _played(args: argparse.Namespace, run: Run) -> tuple[Entry, Task]:
    """Return what was played, with the verifier that is to judge it."""
    try:
        entry = get_entry(run.scenario, source=args.source)
        task = entry.task(run.task)
    except EntryNotFound:
        if args.mode == "diff" or args.source is not None:
            raise
        entry, task = _bare(run), Task(text=run.text)
    if args.mode == "diff":
        return entry, task
    given = args.verifier_path if args.mode == "sql" else args.verifier_code_path
    path = given or Path("outputs") / _FILES[args.mode]
    if given is None and not path.is_file():
        task.verifier(args.mode)
        return entry, task
    row = next(_rows(path, key_of(run.scenario), run.task), None)
    if row is not None:
        verifier = Verifier(
            kind=args.mode, code=row.verification.code, raw_response=row.verification.raw_response or ""
        )
        return entry, task.model_copy(update={"text": task.text or row.task, "verifiers": (verifier,)})
    if given is not None:
        raise VerifierNotFound(f"expected a verifier of {run.scenario!r}, task {run.task}, in {path}; it has none")
    task.verifier(args.mode)
    return entry, task


def _bare(run: Run) -> Entry:
    """Return an entry of that name with nothing in it: enough for a verifier that comes from a file."""
    return Entry(name=run.scenario, anchor=_NO_ANCHOR, tables=(), data=(), app="", tasks=())


def _rows(path: Path, key: str, task: int) -> Iterator[VerifierRow]:
    """Yield the rows of a scenario's task; the others, which are many, are not parsed."""
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not _may_be_of(line, key):
                    continue
                try:
                    row = VerifierRow.model_validate_json(line)
                except ValidationError as error:
                    raise SourceError(f"{path}, line {number}: {explain(error)}") from None
                if key_of(row.scenario) == key and row.task_idx == task and not row.fault():
                    yield row
    except OSError as error:
        raise SourceError(f"expected a file of verifiers at {path}: {error.strerror}") from None


def _may_be_of(line: bytes, key: str) -> bool:
    head = line[:400].decode("utf-8", "replace")
    return key in normalise(head) or "\\u" in head or '"scenario"' not in head


def _end(run: Run, entry: Entry, mode: str) -> datetime:
    """Return when the run ended. A run that is compared with a gold solution took place in virtual time."""
    if run.now is not None and (mode != "diff" or run.now >= entry.anchor):
        return run.now
    return entry.anchor + timedelta(seconds=len(run.calls))


def _require_same(runtime: Runtime, entry: Entry, initial: bytes) -> None:
    """Look whether a run began where the gold solution begins.

    Raises:
        SourceError: if it did not.
    """
    expected = runtime.scenario(entry).image
    if runtime.wait(runtime.digest(initial)) != runtime.wait(runtime.digest(expected)):
        raise SourceError(
            f"expected the run to begin with the database of {entry.key!r}, its initial.db differs from that; "
            "only runs of this library's environments can be compared with gold solutions"
        )


def _told(mode: str, run: Run, task: Task, verdict: Verdict) -> dict[str, Any]:
    """Return the verdict, first in the fields of the official release, then in the library's own words."""
    facts = verdict.facts
    official: dict[str, Any] = {"reward_type": verdict.outcome, "verify_result": facts}
    if mode == "code" and verdict.outcome == "agent_error":
        official["reward_type"] = "others"
    if mode == "sql":
        judged = facts if isinstance(facts, dict) else {}
        votes = {name: judged[name] for name in ("votes", "agreement", "model", "usage") if name in judged}
        official["verify_result"] = judged.get("facts")
        official["llm_judge"] = {"classification": verdict.outcome, "judge_result": votes}
    return {
        "scenario": run.scenario,
        "task_id": run.task,
        "task": run.text or task.text,
        "mode": mode,
        **official,
        "outcome": verdict.outcome,
        "detail": verdict.detail,
        "answer": run.answer,
    }


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1, got {text!r}")
    return int(text)
