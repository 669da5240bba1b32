"""Which sessions live in which host: starting hosts, sharing them, and retiring those that idle.

A `Scenario` is an entry brought to life: its tools, the image its sessions start from, and the hosts that serve it.
The `Pool` bounds how many hosts there are over all scenarios: beyond that, one is retired for each that starts.
"""

import asyncio
import json
import weakref
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from awm_gym.errors import AwmError, EnvironmentBroken, RuntimeClosed
from awm_gym.registry.entry import Entry
from awm_gym.runtime.link import HostDied, HostLink, HostRefused
from awm_gym.runtime.process import Zygote
from awm_gym.runtime.replies import Loaded, Nonsense, loaded
from awm_gym.runtime.settings import Settings
from awm_gym.runtime.tools import ToolSpec
from awm_gym.runtime.zygote import HOST

if TYPE_CHECKING:
    from awm_gym.runtime.session import Session

_SHARE = 32
"""Sessions a host takes before another host is started for the same scenario."""
_STARTS = 5
"""How often a host is started that dies while it loads: something from outside may have killed it."""


class Scenario:
    """An entry brought to life.

    Attributes:
        entry: the environment.
        tools: what its app offers.
        image: the database that every session starts from.
        warnings: what is wrong with the entry but does not keep it from running.
        failed: the statements that fell out when the database was built, each with its error.
        stateful: how the app keeps state outside its database; such an app gets a host for every session.
        sandbox: the layers of the sandbox, and whether each stands around its hosts.
    """

    def __init__(self, entry: Entry, pool: "Pool", settings: Settings) -> None:
        self.entry = entry
        self.tools: tuple[ToolSpec, ...] = ()
        self.image = b""
        self.warnings: tuple[str, ...] = ()
        self.failed: tuple[str, ...] = ()
        self.stateful: tuple[str, ...] = ()
        self.sandbox: dict[str, bool] = {}
        self.hosts: list[HostLink] = []
        self._pool = pool
        self._settings = settings
        self._starting = asyncio.Lock()

    async def load(self) -> None:
        """Bring up the first host, and learn from it what the entry is like.

        Raises:
            EnvironmentBroken: if the database or the app cannot be brought up.
        """
        async with self._starting:
            await self._start()

    async def place(self, session: "Session", alone: bool = False) -> HostLink:
        """Return a host for a session, which is from then on its resident.

        Args:
            session: the session.
            alone: give it a host that no other session is in, or comes into.

        Raises:
            EnvironmentBroken: if no host can be brought up.
        """
        host = await self._start(private=True) if alone else self._roomy()
        if host is None:
            async with self._starting:
                host = self._roomy() or await self._start()
        host.residents.add(session)
        return host

    def left(self, host: HostLink, session: "Session") -> None:
        """Take note that a session is no longer in the host."""
        host.leave(session)
        if self.exclusive or host.private:
            host.die()

    def living(self) -> Iterator[HostLink]:
        """Return the hosts that live, forgetting those that died."""
        self.hosts = [host for host in self.hosts if host.alive]
        return iter(self.hosts)

    @property
    def exclusive(self) -> bool:
        """Whether every session has a host of its own, that ends with it."""
        return self._settings.isolation == "session" or bool(self.stateful)

    def _roomy(self) -> HostLink | None:
        """Return the host with the fewest sessions, or None if one more host should be started instead."""
        open_to_all = (host for host in self.living() if host.ready and not host.private)
        best = min(open_to_all, key=lambda host: len(host.residents), default=None)
        if best is None or not best.residents:
            return best
        if self.exclusive:
            return None
        crowded = len(best.residents) >= _SHARE and self._pool.has_idle_core()
        return None if crowded else best

    async def _start(self, private: bool = False) -> HostLink:
        for _ in range(_STARTS):
            host = HostLink(self._settings, private)
            await self._pool.admit(host, self)
            try:
                told = await self._load(host)
            except HostDied as died:
                reason = died
                if died.cause != "ended":
                    break
            except HostRefused as error:
                host.die()
                raise EnvironmentBroken(f"{self.entry.key}: {error}") from None
            except BaseException:
                host.die()
                raise
            else:
                self._learn(told)
                host.serve()
                return host
        raise EnvironmentBroken(
            f"{self.entry.key}: its host died while loading the app: {reason}; "
            "as a rule that is for want of memory or time, or because it ended itself"
        )

    async def _load(self, host: HostLink) -> Loaded:
        try:
            await host.start(await self._pool.zygote())
            return loaded(*await host.control(self.load_message(), self.image))
        except OSError as error:
            raise AwmError(f"a host cannot be started: {error}; give up some files, or `Settings(hosts=...)`") from None
        except Nonsense as error:
            raise HostRefused(f"its host answered with nonsense: {error}") from None

    def _learn(self, told: Loaded) -> None:
        if not self.image:
            self.tools, self.image = told.tools, told.image
            self.warnings, self.failed = told.warnings, told.failed
            self.stateful, self.sandbox = told.stateful, told.sandbox

    @cached_property
    def tools_json(self) -> str:
        """The tools as a JSON list of objects with name, description and input schema; one text for all sessions."""
        return json.dumps([tool.model_dump() for tool in self.tools], ensure_ascii=False)

    def load_message(self) -> dict[str, Any]:
        """Return the control message that brings the entry up in a fresh host."""
        entry, settings = self.entry, self._settings
        return {
            "op": "load",
            "name": entry.key,
            "app": entry.app,
            "anchor": entry.anchor.isoformat(),
            "ddl": [sql for table in entry.tables for sql in (table.ddl, *table.indexes)],
            "inserts": [sql for rows in entry.data for sql in rows.insert_statements],
            "limits": {
                "load": settings.load_deadline,
                "call": settings.deadline,
                "database_bytes": settings.database_bytes,
                "answer_bytes": settings.answer_bytes,
            },
        }


class Pool:
    """All scenarios that are alive, and the zygote their hosts come from."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # A scenario lives as long as somebody holds it, or a host of it lives: a thousand would fill the memory.
        self._scenarios: weakref.WeakValueDictionary[str, Scenario] = weakref.WeakValueDictionary()
        self._hosts: list[tuple[HostLink, Scenario]] = []
        self._loading: dict[str, asyncio.Task[None]] = {}
        self._zygote: Zygote | None = None
        self._parking: set[asyncio.Task[None]] = set()
        self._closed = False

    async def zygote(self) -> Zygote:
        """Return the zygote, starting it if there is none, or another one if it has died."""
        if self._closed:
            raise RuntimeClosed("this runtime was closed; make a new Runtime()")
        if self._zygote is None or not self._zygote.alive:
            if self._zygote is not None:
                self._zygote.close()
            self._zygote = Zygote(HOST, self._settings.walls(self._settings.host_bytes))
        return self._zygote

    async def scenario(self, entry: Entry) -> Scenario:
        """Return the entry brought to life.

        Raises:
            EnvironmentBroken: if its database or app cannot be brought up.
        """
        key = entry.digest
        scenario = self._scenarios.get(key)
        if scenario is None:
            scenario = self._scenarios[key] = Scenario(entry, self, self._settings)
        if not scenario.image:
            task = self._loading.get(key)
            if task is None:
                task = self._loading[key] = asyncio.get_running_loop().create_task(scenario.load())
                task.add_done_callback(lambda _: self._loading.pop(key, None))
            await asyncio.shield(task)
        return scenario

    def hosts(self) -> list[HostLink]:
        """Return all living hosts."""
        self._hosts = [(host, scenario) for host, scenario in self._hosts if host.alive]
        return [host for host, _ in self._hosts]

    def has_room(self) -> bool:
        """Return whether another host may be started without retiring one."""
        return len(self.hosts()) < self._settings.hosts

    def has_idle_core(self) -> bool:
        """Return whether another host would have a core to run on: fewer hosts than cores hold sessions."""
        return self.has_room() and sum(bool(host.residents) for host in self.hosts()) < self._settings.cores

    async def admit(self, host: HostLink, scenario: Scenario) -> None:
        """Add a host that is about to start to its scenario, once there is room for it.

        Room is made by retiring the host that was used longest ago, idle ones first. The sessions in it lose
        nothing: they move to another host when they are called next.
        """
        while not self.has_room():
            ready = [other for other in self.hosts() if other.ready]
            if not ready:
                break  # all are starting, each for a session that waits: one more is better than a deadlock
            victim = min(ready, key=lambda other: (bool(other.residents), other.last_used))
            victim.ready = False
            for session in list(victim.residents):
                parking = asyncio.get_running_loop().create_task(session.park(victim))
                self._parking.add(parking)
                parking.add_done_callback(self._parking.discard)
            # Not for the parking: a session whose call has just killed the victim may itself be waiting for room.
            await victim.emptied()
            victim.die()
        scenario.hosts.append(host)
        self._hosts.append((host, scenario))

    def close(self) -> None:
        """End every host and the zygote."""
        self._closed = True
        for host in self.hosts():
            host.die()
        if self._zygote is not None:
            self._zygote.close()
