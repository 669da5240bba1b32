"""The world of generated code: what it may know of time and chance, set anew before every call.

The same entry, seed and actions must give the same bytes in any process on any machine. So a process that
runs generated code (a host, a verifier) starts a `World` once and enters one instant of one session before
each call; whatever the code then asks for the time or for randomness, it gets from there:

- `clock`: the calendar (time, datetime, date, TZ=UTC), the stop-watches (monotonic, perf_counter, ...) and
  uuid's clock; `validators` makes pydantic's PastDate and its kin follow it.
- `randomness`: the random module, every unseeded Random, os.urandom and what feeds on it (secrets,
  SystemRandom, uuid4), the names tempfile invents, numpy where it is loaded.
- `sql`: CURRENT_TIMESTAMP, date('now'), random() and the rest of SQLite, on every connection.

What stays real, since a host needs it or nobody can reach it from Python: the event loop, time.sleep,
os.times, getrusage, the times of files, pids, addresses in default reprs, datetime64('now') of numpy. The
order of sets and dicts of strings depends on PYTHONHASHSEED=0, which only who execs the process can set:
`hashing_is_fixed` tells.
"""

from awm_gym.runtime.world.world import World, hashing_is_fixed, now_of

__all__ = ["World", "hashing_is_fixed", "now_of"]
