"""Attacks through SQL: on the limits of the connection, on time, and on whoever reads the database afterwards."""

import contextlib
import time
from collections.abc import Callable

import pytest

from awm_gym.errors import EnvironmentBroken
from awm_gym.runtime import Runtime, ToolResult
from tests.awm_gym.hostile.conftest import slow_ones
from tests.awm_gym.hostile.shell import attack, shell_entry

Strike = Callable[..., ToolResult]

CONNECTION = "connection = engine.raw_connection().driver_connection\n"
STATEMENT = CONNECTION + "answer = [list(map(repr, row)) for row in connection.execute({!r})]\nconnection.commit()\n"

COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {})"

REFUSED = {
    "attaches a file": "ATTACH DATABASE '/etc/passwd' AS other",
    "attaches a database in memory": "ATTACH DATABASE ':memory:' AS other",
    "writes a copy of the database": "VACUUM INTO '/dev/shm/awm-copy.db'",
    "loads an extension": "SELECT load_extension('/lib/x86_64-linux-gnu/libc.so.6')",
    "reads a file": "SELECT readfile('/etc/passwd')",
    "writes a file": "SELECT writefile('/dev/shm/awm-file', 'x')",
    "makes a value of a gigabyte": "SELECT zeroblob(1 << 30)",
    "replaces its way to a gigabyte": "SELECT replace(hex(zeroblob(2000000)), '0', hex(zeroblob(2000)))",
    "fills the disk": f"INSERT INTO notes (body) {COUNT.format(99)} SELECT hex(zeroblob(100000)) FROM n",
}

SLOW = {
    "counts for ever": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "joins for ever": COUNT.format(3000) + " SELECT count(*) FROM n a, n b, n c, n d",
    "searches for ever, in one operation": "SELECT instr(hex(zeroblob(3000000)), hex(zeroblob(1500000)) || '1')",
    "prints for long, in one operation": "SELECT printf('%.*c', 1 << 30, 'x')",
}

HARMLESS = {
    "asks for a folder for temporary files": "PRAGMA temp_store_directory = '/tmp'",
    "asks for a journal in a file": "PRAGMA journal_mode = WAL",
    "asks for a gigabyte of cache": "PRAGMA cache_size = -1000000",
    "asks for memory-mapped files": "PRAGMA mmap_size = 1000000000",
    "switches foreign keys off": "PRAGMA foreign_keys = OFF",
    "locks its database": "PRAGMA locking_mode = EXCLUSIVE",
}


OUTGROW = CONNECTION + (
    "connection.execute('PRAGMA max_page_count = 4294967294')\n"
    "for _ in range(8): connection.execute('INSERT INTO notes (body) VALUES (zeroblob(1000000))')\n"
    "connection.commit()"
)
"""Of the limits of these tests, six times this is more than any honest image could be."""


@pytest.mark.parametrize("what", REFUSED)
def test_sql_cannot_leave_its_database_nor_outgrow_its_limits(strike: Strike, what: str) -> None:
    result = strike(STATEMENT.format(REFUSED[what]))
    assert result.kind == "server_error", result


@pytest.mark.parametrize("what", slow_ones(SLOW, ["prints for long, in one operation"]))
def test_a_statement_that_never_ends_ends_at_its_deadline(strike: Strike, what: str) -> None:
    assert strike(STATEMENT.format(SLOW[what])).kind == "deadline"


@pytest.mark.parametrize("what", HARMLESS)
def test_settings_of_a_connection_change_nothing_for_others(strike: Strike, what: str) -> None:
    assert strike(STATEMENT.format(HARMLESS[what])).kind == "ok"


def test_a_database_beyond_every_limit_is_a_broken_episode_and_no_more(runtime: Runtime) -> None:
    entry = shell_entry("too large")
    with runtime.open(entry) as session:
        for _ in range(6):
            assert attack(runtime, session, OUTGROW, runtime.open(entry)).kind == "ok"
        verdict = session.verify()
        assert verdict.outcome == "server_error"
        assert "more than" in verdict.detail or "at most" in verdict.detail


DAMAGE = {
    "a schema that is no SQL": "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'nonsense'",
    "a schema without tables": "PRAGMA writable_schema = ON; DELETE FROM sqlite_master",
    "roots that point nowhere": "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 99999",
    "a table that is not its own": "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 1",
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_database_is_a_failed_episode_for_its_reader(runtime: Runtime, what: str) -> None:
    entry = shell_entry()
    with runtime.open(entry) as session:
        damage = CONNECTION + f"connection.executescript({DAMAGE[what]!r})"
        attack(runtime, session, damage, runtime.open(entry))
        assert session.verify().outcome in ("judge_error", "server_error", "agent_error")
        for read in (session.digest, session.changes):
            with contextlib.suppress(EnvironmentBroken):  # it may be read as the empty database that it looks like
                read()


BOMBS = {
    "takes for ever": "instr(hex(zeroblob(3000000)), hex(zeroblob(1500000)) || body)",
    "takes all memory": "replace(hex(zeroblob(3000)), '0', hex(zeroblob(500)) || body)",
}


@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_that_goes_off_when_the_database_is_read_does_not_go_off_in_the_caller(
    hasty: Runtime, what: str
) -> None:
    """A generated column is code that runs when it is read; comparing and digesting read every column."""
    fill = f"INSERT INTO notes (body) {COUNT.format(500)} SELECT i FROM n"
    arm = f"ALTER TABLE notes ADD COLUMN bomb GENERATED ALWAYS AS ({BOMBS[what]})"
    with hasty.open(shell_entry()) as session, hasty.open(shell_entry()) as other:
        assert session.call("run", {"code": STATEMENT.format(fill) + STATEMENT.format(arm)}).kind == "ok"
        began = time.monotonic()
        with pytest.raises(EnvironmentBroken, match="cannot be digested"):
            session.digest()
        with pytest.raises(EnvironmentBroken, match="cannot be compared"):
            session.changes()
        assert time.monotonic() - began < 10
        assert other.call("list_notes").kind == "ok"
