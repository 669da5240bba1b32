"""Whatever is done to sessions in whatever order, each is in the state that its calls alone lead to."""

import os
import signal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

from awm_gym.runtime import Runtime, Session, Settings, Snapshot
from tests.awm_gym.notes import notes_entry

ENTRY = notes_entry()
SEED = 11
_runtime: list[Runtime] = []

Calls = tuple[tuple[str, dict[str, Any]], ...]
Tracked = tuple[Session, list[Calls]]
"""A session, and in a list of one, the calls that should have led to its state."""

calls = st.one_of(
    st.tuples(st.just("add_note"), st.fixed_dictionaries({"body": st.text(min_size=1, max_size=5)})),
    st.tuples(st.just("delete_note"), st.fixed_dictionaries({"note_id": st.integers(1, 4)})),
    st.tuples(st.just("get_note"), st.fixed_dictionaries({"note_id": st.integers(0, 4)})),
    st.tuples(st.sampled_from(["list_notes", "write_and_crash", "nested_sessions"]), st.just({})),
)


def runtime() -> Runtime:
    """Return one runtime for all examples; few hosts, so that sessions have to move."""
    if not _runtime or not _runtime[0].running:
        _runtime[:] = [Runtime(Settings(hosts=2))]
    return _runtime[0]


def replayed(made: Calls) -> tuple[list[str], str]:
    """Return the answers and the digest of the same calls on a fresh session."""
    with runtime().open(ENTRY, seed=SEED) as fresh:
        answers = [fresh.call(tool, arguments).content for tool, arguments in made]
        return answers, fresh.digest()


class Sessions(RuleBasedStateMachine):
    """Opens, calls, snapshots, restores, forks, parks and kills."""

    sessions = Bundle("sessions")
    snapshots = Bundle("snapshots")

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[Session] = []

    @initialize(target=sessions)
    def begin(self) -> Tracked:
        self.opened.append(runtime().open(ENTRY, seed=SEED))
        return self.opened[-1], [()]

    @rule(tracked=sessions, call=calls)
    def make_a_call(self, tracked: Tracked, call: tuple[str, dict[str, Any]]) -> None:
        session, made = tracked
        result = session.call(*call)
        made[0] = (*made[0], call)
        assert replayed(made[0])[0][-1] == result.content

    @rule(target=snapshots, tracked=sessions)
    def take_a_snapshot(self, tracked: Tracked) -> tuple[Snapshot, Calls]:
        session, made = tracked
        return session.snapshot(), made[0]

    @rule(tracked=sessions, taken=snapshots)
    def restore(self, tracked: Tracked, taken: tuple[Snapshot, Calls]) -> None:
        session, made = tracked
        session.restore(taken[0])
        made[0] = taken[1]

    @rule(target=sessions, tracked=sessions)
    def fork(self, tracked: Tracked) -> Tracked:
        session, made = tracked
        self.opened.append(session.fork())
        return self.opened[-1], [made[0]]

    @rule(tracked=sessions)
    def kill_its_host(self, tracked: Tracked) -> None:
        host = tracked[0]._host
        if host is not None and host.pid > 0:
            os.kill(host.pid, signal.SIGKILL)  # from outside: the runtime's own handle belongs to its loop

    @rule(tracked=sessions)
    def compare(self, tracked: Tracked) -> None:
        session, made = tracked
        assert session.digest() == replayed(made[0])[1]
        assert session.steps == len(made[0])

    def teardown(self) -> None:
        for session in self.opened:
            session.close()


TestSessions = Sessions.TestCase
TestSessions.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
