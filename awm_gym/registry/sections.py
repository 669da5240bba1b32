"""SQL files in sections: the form of an entry's `schema.sql` and `data.sql`.

A section is headed by a line `-- table: NAME`, may go on with `-- reasoning: ...` lines, and holds the
table's statements. They are split where SQLite says that a statement ends with its line; blank lines and
comments between them are the editor's. Generated SQL is not always so tidy (an unescaped apostrophe, a
missing semicolon): a section that would not read back as it was gets a line `-- statement` above each
statement, and is split only there. A line of SQL that looks like one of these markers is quoted with `>`, as
in `-- >table:`. So every text survives, and well-formed SQL stays a script that `sqlite3` can run.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from awm_gym.errors import EntryError

_MARKER = re.compile(r"-- (>*)(?:(table|reasoning):(.*)|(statement)[ \t\r]*)", re.DOTALL)


class Section(NamedTuple):
    """The statements of one table, and why they are as they are."""

    table: str
    statements: tuple[str, ...]
    reasoning: str = ""


class _Draft:
    """A section while it is being read: its lines, in one chunk and one more for each `-- statement` line."""

    def __init__(self, table: str, line: int) -> None:
        self.table = table
        self.line = line
        self.reasoning: list[str] = []
        self.chunks: list[list[str]] = [[]]

    def finish(self, file: str) -> Section:
        head, *explicit = self.chunks
        if explicit and not all(_between_statements(line) for line in head):
            raise EntryError(
                f"{file}, line {self.line}: expected no SQL between `-- table:` and the first `-- statement`"
            )
        where = f"{file}, table {self.table!r} (line {self.line})"
        statements = ["\n".join(chunk) for chunk in explicit] if explicit else _split(head, where)
        return Section(self.table, tuple(statements), "\n".join(self.reasoning))


def write_sections(sections: Iterable[Section]) -> str:
    """Return the text of a file that `read_sections` turns into these sections again."""
    lines: list[str] = []
    for section in sections:
        lines.append(f"-- table: {_encode(section.table)}")
        if section.reasoning:
            lines += [f"-- reasoning: {_encode(line)}".rstrip() for line in section.reasoning.split("\n")]
        tidy = [line for statement in section.statements for line in statement.split("\n")]
        if _reads_back(tidy, section.statements):
            lines += [_quote(line) for line in tidy]
            lines.append("")
        else:
            for statement in section.statements:
                lines += ["-- statement", *map(_quote, statement.split("\n"))]
    return "\n".join(lines) + "\n" if lines else ""


def read_sections(text: str, file: str) -> tuple[Section, ...]:
    """Return the sections of a file.

    Args:
        text: the file's content.
        file: how error messages call the file.

    Raises:
        EntryError: if SQL stands outside a section, a statement does not end, or a marker is malformed.
    """
    drafts: list[_Draft] = []
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        marker = _MARKER.fullmatch(line)
        if marker and not marker[1] and marker[2] == "table":
            drafts.append(_Draft(_decode(marker[3], f"{file}, line {number}"), number))
        elif not drafts:
            if not _between_statements(line):
                raise EntryError(f"{file}, line {number}: expected `-- table: NAME` first, got {line[:80]!r}")
        elif not marker or marker[1]:
            drafts[-1].chunks[-1].append("-- " + line[4:] if marker else line)
        elif marker[4]:
            drafts[-1].chunks.append([])
        elif len(drafts[-1].chunks) > 1 or any(drafts[-1].chunks[0]):
            raise EntryError(f"{file}, line {number}: expected `-- reasoning:` directly below its table line")
        else:
            drafts[-1].reasoning.append(_decode(marker[3], f"{file}, line {number}"))
    return tuple(draft.finish(file) for draft in drafts)


def _between_statements(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("--")


def _split(lines: Sequence[str], where: str) -> list[str]:
    """Return the statements, each ending at the first line end at which SQLite calls it complete."""
    statements: list[str] = []
    pending: list[str] = []
    for line in lines:
        if not pending and _between_statements(line):
            continue
        pending.append(line)
        if ";" in line and _complete("\n".join(pending)):
            statements.append("\n".join(pending).strip())
            pending = []
    if pending:
        raise EntryError(
            f"{where}: expected a statement to end with ';' at a line's end, got {pending[0][:80]!r}. "
            "Close its quotes (an apostrophe is written ''), or, if it is meant to be broken, "
            "put a line `-- statement` above each statement of the section"
        )
    return statements


def _complete(text: str) -> bool:
    try:
        return sqlite3.complete_statement(text)
    except ValueError:  # a NUL character, which SQLite cannot even look at
        return False


def _reads_back(lines: Sequence[str], statements: Sequence[str]) -> bool:
    try:
        return _split(lines, "") == list(statements)
    except EntryError:
        return False


def _quote(line: str) -> str:
    return "-- >" + line.removeprefix("-- ") if _MARKER.fullmatch(line) else line


def _encode(text: str) -> str:
    """Return the text as it is where that is safe on one line, else as a JSON string."""
    plain = text.isprintable() and text == text.strip() and not text.startswith('"')
    return text if plain else json.dumps(text)


def _decode(text: str, where: str) -> str:
    text = text.strip()
    if not text.startswith('"'):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, str):
        raise EntryError(f"{where}: expected plain text or a JSON string, got {text[:80]}")
    return value
