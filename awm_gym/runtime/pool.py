"""Which sessions live in which host: starting hosts, sharing them, and retiring those that idle.

A `Scenario` is an entry brought to life: its tools, the image its sessions start from, and the hosts that serve it.
The `Pool` bounds how many hosts there are over all scenarios: beyond that, one is retired for each that starts.
"""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from awm_gym.errors import EnvironmentBroken
from awm_gym.registry.entry import Entry
from awm_gym.runtime.link import HostDied, HostLink, HostRefused
from awm_gym.runtime.process import Zygote
from awm_gym.runtime.settings import Settings
from awm_gym.runtime.tools import ToolSpec
from awm_gym.runtime.zygote import HOST

if TYPE_CHECKING:
    from awm_gym.runtime.session import Session

_SHARE = 32
"""Sessions a host takes before another host is started for the same scenario."""


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

    async def place(self, session: "Session") -> HostLink:
        """Return a host for a session, which is from then on its resident.

        Raises:
            EnvironmentBroken: if no host can be brought up.
        """
        host = self._roomy()
        if host is None:
            async with self._starting:
                host = self._roomy() or await self._start()
        host.residents.add(session)
        return host

    def left(self, host: HostLink, session: "Session") -> None:
        """Take note that a session is no longer in the host."""
        host.residents.discard(session)
        if self.exclusive:
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
        best = min((host for host in self.living() if host.ready), key=lambda host: len(host.residents), default=None)
        if best is None or not best.residents:
            return best
        if self.exclusive:
            return None
        crowded = len(best.residents) >= _SHARE and self._pool.has_idle_core()
        return None if crowded else best

    async def _start(self) -> HostLink:
        settings = self._settings
        host = HostLink(settings.load_deadline + settings.grace)
        await self._pool.admit(host, self)
        try:
            await host.start(await self._pool.zygote())
            reply, image = await host.control(self.load_message(), self.image)
        except HostRefused as error:
            host.die()
            raise EnvironmentBroken(f"{self.entry.key}: {error}") from None
        except HostDied:
            raise EnvironmentBroken(
                f"{self.entry.key}: its host died while loading the app; it ran out of memory or time, or ended itself"
            ) from None
        except BaseException:
            host.die()
            raise
        if not self.image:
            self.tools = tuple(ToolSpec.model_validate(tool) for tool in reply["tools"])
            self.image = image
            self.warnings, self.failed = tuple(reply["warnings"]), tuple(reply["failed"])
            self.stateful, self.sandbox = tuple(reply["stateful"]), reply["sandbox"]
        host.ready, host.hang_s = True, settings.deadline + settings.grace
        return host

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
        self._scenarios: dict[str, Scenario] = {}
        self._loading: dict[str, asyncio.Task[None]] = {}
        self._zygote: Zygote | None = None
        self._admitting = asyncio.Lock()

    async def zygote(self) -> Zygote:
        """Return the zygote, starting it if there is none."""
        if self._zygote is None:
            self._zygote = Zygote(HOST, self._settings.walls(self._settings.host_bytes))
        return self._zygote

    async def scenario(self, entry: Entry) -> Scenario:
        """Return the entry brought to life.

        Raises:
            EnvironmentBroken: if its database or app cannot be brought up.
        """
        key = entry.digest
        scenario = self._scenarios.setdefault(key, Scenario(entry, self, self._settings))
        if not scenario.image:
            task = self._loading.get(key)
            if task is None:
                task = self._loading[key] = asyncio.get_running_loop().create_task(scenario.load())
                task.add_done_callback(lambda _: self._loading.pop(key, None))
            await asyncio.shield(task)
        return scenario

    def hosts(self) -> list[HostLink]:
        """Return all living hosts."""
        return [host for scenario in self._scenarios.values() for host in scenario.living()]

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
        async with self._admitting:
            while not self.has_room():
                ready = [other for other in self.hosts() if other.ready]
                if not ready:
                    break  # all are starting, each for a session that waits: one more is better than a deadlock
                victim = min(ready, key=lambda other: (bool(other.residents), other.last_used))
                victim.ready = False
                await asyncio.gather(*(session.park() for session in list(victim.residents)))
                victim.die()
            scenario.hosts.append(host)

    def close(self) -> None:
        """End every host and the zygote."""
        for host in self.hosts():
            host.die()
        if self._zygote is not None:
            self._zygote.close()
