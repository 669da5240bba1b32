"""All entries on this machine: the stack of sources, and the entry that a name means.

From the weakest to the strongest: the bundled entries; AWM-1K, where it lies in the data home; the user's own
entries in the data home; the folders of AWM_REGISTRY, in its order. A stronger source shadows a weaker one.

    <AWM_HOME>/awm_1k       AgentWorldModel-1K as published
    <AWM_HOME>/registry     entries of the user's own, in the native format

Nothing here touches the network.
"""

import difflib
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import platformdirs

from awm_gym.errors import EntryNotFound, SourceError
from awm_gym.registry.entry import Entry
from awm_gym.registry.folders import FolderSource
from awm_gym.registry.jsonl import JsonlSource
from awm_gym.registry.sources import Problem, Source, Summary, key_of

BUNDLED = "bundled"
AWM_1K = "awm_1k"
HOME = "home"

_log = logging.getLogger("awm_gym")
_said: set[tuple[str, Path]] = set()


class Listing(NamedTuple):
    """An entry's summary, and the source that has it."""

    source: Source
    summary: Summary


class Catalog:
    """A stack of sources.

    Args:
        sources: the sources, the weakest first.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = tuple(sources)

    def names(self) -> tuple[str, ...]:
        """Return the names of all entries, sorted."""
        return tuple(sorted({name for source in self.sources for name in source.names()}))

    def get(self, name: str, source: str | Path | None = None) -> Entry:
        """Return the entry of that name from the strongest source that has it.

        Where that shadows another source's entry, the log says so, once in a process.

        Args:
            name: its name in any spelling: `E Commerce 33`, `e_commerce_33`, `awm/e_commerce_33-v0`.
            source: name or path of the one source to take it from.

        Raises:
            EntryNotFound: if there is none; it suggests the nearest names.
            EntryError: if the entry's files are damaged.
            SourceError: if there is no such source, or one cannot be read.
        """
        if source is not None:
            catalog = Catalog([self.source(source)])
            return catalog.get(name)
        key = key_of(name)
        holders = [source for source in reversed(self.sources) if key in source.names()]
        if not holders:
            raise EntryNotFound(self._not_found(key))
        strongest, *shadowed = holders
        if shadowed and (key, strongest.location) not in _said:
            _said.add((key, strongest.location))
            others = ", ".join(repr(source.name) for source in shadowed)
            _log.warning(
                "entry %r is taken from source %r (%s) and shadows that of %s; source=... pins one",
                key, strongest.name, strongest.location, others,
            )  # fmt: skip
        return strongest.get(key)

    def source(self, pin: str | Path) -> Source:
        """Return the source of that name or path; a path need not be in the stack.

        Raises:
            SourceError: if there is none, or several sources have that name.
        """
        matches = [source for source in self.sources if source.name == pin]
        if len(matches) > 1:
            paths = ", ".join(str(source.location) for source in matches)
            raise SourceError(f"expected a source's path, {pin!r} is the name of several: {paths}")
        path = Path(pin).expanduser()
        matches = matches or [source for source in self.sources if source.location.resolve() == path.resolve()]
        if matches:
            return matches[0]
        if not path.exists():
            names = ", ".join(repr(source.name) for source in self.sources)
            raise SourceError(f"expected a source's name ({names}) or a path, got {str(pin)!r}")
        return open_source(path)

    def summaries(self) -> tuple[Listing, ...]:
        """Return what a list shows: every entry that is not shadowed, sorted by key."""
        listings = {summary.key: Listing(source, summary) for source in self.sources for summary in source.summaries()}
        return tuple(listings[key] for key in sorted(listings))

    def search(self, words: str) -> tuple[Listing, ...]:
        """Return the entries that hold all the words: by source, the strongest first, and best first."""
        return tuple(self._search(words))

    def problems(self) -> tuple[tuple[Source, Problem], ...]:
        """Return what is wrong in any source."""
        return tuple((source, problem) for source in self.sources for problem in source.problems())

    def _search(self, words: str) -> Iterator[Listing]:
        stronger: set[str] = set()
        for source in reversed(self.sources):
            yield from (Listing(source, found) for found in source.search(words) if found.key not in stronger)
            stronger.update(source.names())

    def _not_found(self, key: str) -> str:
        reasons = []
        for source in self.sources:
            try:
                source.get(key)
            except EntryNotFound as error:
                reasons.append(str(error))
        sentences = ["; ".join(reasons or [f"no entry {key!r}, there is no source"]) + "."]
        if nearest := difflib.get_close_matches(key, self.names(), cutoff=0.7):
            sentences.append(f"Did you mean {' or '.join(map(repr, nearest))}?")
        awm_1k = data_home() / "awm_1k"
        if not JsonlSource.recognises(awm_1k):
            command = f"hf download Snowflake/AgentWorldModel-1K --repo-type dataset --local-dir {awm_1k}"
            sentences.append(
                "The 1,000 environments of AWM-1K are not on this machine: "
                f"get them with `{command}`."
            )
        return " ".join(sentences)


def discover(extra: Sequence[str | Path] = ()) -> Catalog:
    """Return the stack of the sources that this machine and its environment variables name.

    Args:
        extra: further folders of either format, stronger than all others, the last the strongest.

    Raises:
        SourceError: if a folder of AWM_REGISTRY or of `extra` is no source.
    """
    named = [path for path in os.environ.get("AWM_REGISTRY", "").split(os.pathsep) if path]
    return Catalog([*_own_sources(), *map(open_source, [*named, *extra])])


def get_entry(name: str, *, source: str | Path | None = None) -> Entry:
    """Return the entry of that name from the sources of this machine; see `Catalog.get`."""
    return discover().get(name, source)


def entry_names() -> tuple[str, ...]:
    """Return every name that can be told in milliseconds, sorted, for registration.

    A source that cannot be read is named in the log and left out; `get_entry` raises its error.
    """
    sources: list[Source] = _own_sources()
    for path in os.environ.get("AWM_REGISTRY", "").split(os.pathsep):
        try:
            sources += [open_source(path)] if path else []
        except SourceError as error:
            _log.warning("AWM_REGISTRY: %s", error)
    return tuple(sorted({name for source in sources for name in source.quick_names()}))


def open_source(path: str | Path) -> Source:
    """Return the source that a folder is: entries in the native format, one entry, or AWM's JSONL files.

    Raises:
        SourceError: if it is none of these.
    """
    folder = Path(path).expanduser()
    if not folder.is_dir():
        hint = f"; did you mean its folder, {folder.parent}?" if folder.is_file() else ""
        raise SourceError(f"expected a folder of entries, {folder} is none{hint}")
    if JsonlSource.recognises(folder):
        return JsonlSource(folder)
    if FolderSource.recognises(folder):
        return FolderSource(folder)
    raise SourceError(
        f"expected {folder} to hold entries (folders with an entry.toml), to be one, "
        "or to hold AWM's files (gen_db.jsonl and others); it holds none of these"
    )


def data_home() -> Path:
    """Return the folder of the user's data: AWM_HOME, else where the platform keeps such data."""
    chosen = os.environ.get("AWM_HOME")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir("awm_gym"))


def bundled_location() -> Path:
    """Return the folder of the entries that ship with the library."""
    package = Path(__file__).parents[1]
    installed = package / "_entries"
    return installed if installed.is_dir() else package.parent / "registry"


def _own_sources() -> list[Source]:
    """Return the library's and the data home's sources, as far as they are there."""
    home = data_home()
    sources: list[Source] = []
    if FolderSource.recognises(bundled_location()):
        sources.append(FolderSource(bundled_location(), BUNDLED))
    if JsonlSource.recognises(home / "awm_1k"):
        provenance = "AgentWorldModel-1K (Snowflake), https://huggingface.co/datasets/Snowflake/AgentWorldModel-1K"
        sources.append(JsonlSource(home / "awm_1k", AWM_1K, license="CC-BY-4.0", provenance=provenance))
    if FolderSource.recognises(home / "registry"):
        sources.append(FolderSource(home / "registry", HOME))
    return sources
