"""The folder of a run: the database as it was at first, and as each client session left it.

    initial.db      what every client session starts from
    final.db        of the client session that made the last call
    final.<n>.db    where there were several: of client session n, as soon as it has ended
    sessions.json   which is which

Files appear complete or not at all, and a run that is killed leaves what had ended by then.
"""

import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from awm_gym.errors import AwmError


class Visit(NamedTuple):
    """What is to be told of a client session.

    Attributes:
        number: from 1, in the order of their beginning.
        client: name and version of the client's software, as it told at its first call; empty before.
        began: when it began.
        ended: why it ended.
        calls: how many calls it made.
        last_call: the number of its last call among those of all client sessions; 0 without one.
    """

    number: int
    client: str
    began: datetime
    ended: str
    calls: int
    last_call: int


class Record:
    """The folder of a run that is going on."""

    def __init__(self, folder: Path, scenario: str, initial: bytes) -> None:
        """Make the folder; what an earlier run left in it is removed.

        Args:
            folder: where the files go.
            scenario: what is served.
            initial: the database that every client session starts from.
        """
        self.folder = folder
        self._scenario = scenario
        write_file(folder / "initial.db", initial)
        for stale in (folder / "sessions.json", folder / "final.db", *folder.glob("final.[0-9]*.db")):
            stale.unlink(missing_ok=True)

    def keep(self, number: int, image: bytes) -> None:
        """Keep the database that a client session left."""
        write_file(self._database(number), image)

    def finish(self, visits: Iterable[Visit]) -> None:
        """Write what can only be told in the end: final.db and sessions.json."""
        visits = sorted(visits)
        kept = [visit for visit in visits if self._database(visit.number).exists()]
        last = max(kept, key=lambda visit: visit.last_call, default=None)
        source = self._database(last.number) if last else self.folder / "initial.db"
        write_file(self.folder / "final.db", source.read_bytes())
        if last and len(kept) == 1:
            source.unlink()
        names = {visit.number: self._database(visit.number).name for visit in kept}
        if len(kept) == 1:
            names = {kept[0].number: "final.db"}
        told = {
            "scenario": self._scenario,
            "final.db": last.number if last else None,
            "sessions": [_told(visit, names.get(visit.number)) for visit in visits],
        }
        write_file(self.folder / "sessions.json", (json.dumps(told, indent=2) + "\n").encode())

    def _database(self, number: int) -> Path:
        return self.folder / f"final.{number}.db"


def write_file(path: Path, content: bytes) -> None:
    """Write a file, which appears complete or not at all, and the folders above it.

    Raises:
        AwmError: if it cannot be written there.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise AwmError(
            f"expected a place where a file can be written, {path} is none: {error.strerror or error}"
        ) from None


def _told(visit: Visit, database: str | None) -> dict[str, Any]:
    return {
        "number": visit.number,
        "client": visit.client,
        "began": visit.began.isoformat(timespec="seconds"),
        "ended": visit.ended,
        "calls": visit.calls,
        "database": database,
    }
