"""A folder of entries in the native format as a source; also a single entry's folder.

Each folder that holds an `entry.toml` is an entry, and bears its normalised name. Nothing is indexed: names
are the folders' names, a summary takes the manifest, and only a search reads the tasks of all.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pydantic import ValidationError

from awm_gym.errors import EntryError, EntryNotFound, SourceError
from awm_gym.registry.entry import Entry
from awm_gym.registry.names import normalise
from awm_gym.registry.native import MANIFEST, read_entry, read_manifest, read_task_texts
from awm_gym.registry.search import Text, add_texts, find_keys
from awm_gym.registry.sources import Problem, Summary, key_of, named
from awm_gym.registry.validation import explain


class FolderSource:
    """Entries in the native format.

    Args:
        location: the folder that holds the entries' folders, or one entry's folder.
        name: the source's name; the folder's by default.
    """

    def __init__(self, location: str | Path, name: str | None = None) -> None:
        self.location = Path(location).expanduser().absolute()
        self.name = self.location.name if name is None else name

    @staticmethod
    def recognises(location: Path) -> bool:
        """Return whether the folder is an entry or holds one."""
        return (location / MANIFEST).is_file() or any(location.glob(f"[!.]*/{MANIFEST}"))

    def names(self) -> tuple[str, ...]:
        """Return the normalised names of the entries, sorted; a damaged entry has one too."""
        return tuple(sorted(self._folders()))

    def quick_names(self) -> tuple[str, ...]:
        """Return the same as `names`, which is quick here."""
        return self.names()

    def get(self, name: str) -> Entry:
        """Return an entry.

        Raises:
            EntryNotFound: if there is no folder of that name.
            EntryError: if the entry's files are damaged, or its manifest names it otherwise than its folder.
        """
        key = key_of(name)
        folder = self._folders().get(key)
        if folder is None:
            raise EntryNotFound(f"no entry {key!r} in {self.location}")
        entry = read_entry(folder)
        if entry.key != key:
            raise EntryError(
                f"expected the name in {folder / MANIFEST} to be that of its folder, {key!r}; "
                f"got {entry.name!r}. Rename the folder to {entry.key!r}, or mend the name"
            )
        return entry

    def summaries(self) -> tuple[Summary, ...]:
        """Return a summary of every entry, sorted by key; of a damaged one it tells the damage."""
        return tuple(_summary(key, folder) for key, folder in sorted(self._folders().items()))

    def search(self, words: str) -> tuple[Summary, ...]:
        """Return the entries whose name, description and tasks hold all the words, best first."""
        summaries = self.summaries()
        with closing(sqlite3.connect(":memory:")) as connection:
            add_texts(connection, self._texts(summaries))
            return named(summaries, find_keys(connection, words))

    def problems(self) -> tuple[Problem, ...]:
        """Read every entry, and return what is wrong with those that cannot be read."""
        found = []
        for key, folder in sorted(self._folders().items()):
            try:
                self.get(key)
            except EntryError as error:
                found.append(Problem(file=folder.name, scenario=key, message=str(error)))
        taken = set(self._folders().values())
        for folder in self._candidates():
            if folder not in taken:
                message = f"passed over: another folder is {normalise(folder.name)!r} already, or it is no name"
                found.append(Problem(file=folder.name, message=message))
        return tuple(found)

    def _folders(self) -> dict[str, Path]:
        """Return the entries' folders by key; of two with one key the first counts."""
        if (self.location / MANIFEST).is_file():
            return {normalise(str(read_manifest(self.location).get("name", ""))): self.location}
        folders: dict[str, Path] = {}
        for folder in self._candidates():
            if key := normalise(folder.name):
                folders.setdefault(key, folder)
        return folders

    def _candidates(self) -> list[Path]:
        if (self.location / MANIFEST).is_file():
            return [self.location]
        try:
            with os.scandir(self.location) as found:
                return [Path(path) for path in sorted(item.path for item in found if _is_entry(item))]
        except OSError as error:
            raise SourceError(f"expected a folder of entries, {self.location} cannot be listed: {error}") from None

    def _texts(self, summaries: tuple[Summary, ...]) -> Iterator[Text]:
        folders = self._folders()
        for summary in summaries:
            try:
                tasks = "\n".join(read_task_texts(folders[summary.key]))
            except EntryError:
                tasks = ""  # `problems` tells; what can be read is found
            yield Text(summary.key, summary.title, summary.description, tasks)


def _is_entry(item: "os.DirEntry[str]") -> bool:
    return not item.name.startswith(".") and os.path.isfile(os.path.join(item.path, MANIFEST))


def _summary(key: str, folder: Path) -> Summary:
    try:
        manifest = read_manifest(folder)
        about = {field: manifest[field] for field in ("title", "description") if field in manifest}
        return Summary.model_validate({**about, "key": key, "tasks": len(read_task_texts(folder))})
    except EntryError as error:
        return Summary(key=key, description=f"damaged: {error}")
    except ValidationError as error:
        return Summary(key=key, description=f"damaged: {folder / MANIFEST}: {explain(error)}")
