"""What a source of entries is: the interface that a folder and a data set directory share.

A source knows its entries by their normalised names. Listing is cheap, reading an entry costs milliseconds,
and what is damaged is named as a `Problem` while everything else still works.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from awm_gym.registry.entry import Entry
from awm_gym.registry.names import normalise

_ID = re.compile(r"(?:awm_gym:)?awm/([a-z0-9_]+)-v\d+")


class Summary(BaseModel):
    """What a list shows of an entry.

    Attributes:
        key: the normalised name.
        title: the name for people.
        description: what the application is, in a paragraph.
        tasks: how many tasks it has.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    title: str = ""
    description: str = ""
    tasks: int = 0


class Problem(BaseModel):
    """Something in a source that is damaged, missing or passed over.

    Attributes:
        file: the file, as the source calls it.
        line: its line, from 1, where the format has lines.
        scenario: the normalised name of the scenario, where it is known.
        message: what was found.
    """

    model_config = ConfigDict(frozen=True)

    file: str
    line: int | None = None
    scenario: str = ""
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{place}: {self.scenario}: {self.message}" if self.scenario else f"{place}: {self.message}"


class Source(Protocol):
    """Where entries come from.

    Attributes:
        name: a short name, by which a user can pin the source.
        location: the folder.
    """

    name: str
    location: Path

    def names(self) -> tuple[str, ...]:
        """Return the normalised names of the entries that can be read, sorted."""

    def quick_names(self) -> tuple[str, ...]:
        """Return the names that can be told in milliseconds, without writing a file; for registration."""

    def get(self, name: str) -> Entry:
        """Return an entry.

        Args:
            name: its name in any spelling: `E Commerce 33`, `e_commerce_33`, `awm/e_commerce_33-v0`.

        Raises:
            EntryNotFound: if the source has none of that name.
            EntryError: if its files are damaged.
        """

    def summaries(self) -> tuple[Summary, ...]:
        """Return a summary of every entry, sorted by key."""

    def search(self, words: str) -> tuple[Summary, ...]:
        """Return the entries whose name, description and tasks hold all the words, best first."""

    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong in the source."""


def key_of(name: str) -> str:
    """Return the normalised name that is meant by a name or a gymnasium id."""
    match = _ID.fullmatch(name)
    return match[1] if match else normalise(name)


def named(summaries: Iterable[Summary], keys: Iterable[str]) -> tuple[Summary, ...]:
    """Return the summaries of these keys, in their order."""
    by_key = {summary.key: summary for summary in summaries}
    return tuple(by_key[key] for key in keys if key in by_key)
