"""Whose turn it is to have a verifier process: a bounded number at once, and like after like.

Requests that want the same code are served one after the other by the same process, even when others came first in
between: else, with more verifiers in play than processes are kept, each would find that its own has just been ended.
A process serves a bounded number of requests, so nobody waits for ever.
"""

import asyncio
from collections import OrderedDict, deque

from awm_gym.runtime.worker import Worker

_Waiting = asyncio.Future[Worker | None]


class Turns:
    """Gives out turns, each with the process that is kept for its code, if there is one."""

    def __init__(self, at_once: int, kept: int) -> None:
        """Begin with no process.

        Args:
            at_once: how many turns may be taken at once.
            kept: how many processes may idle.
        """
        self._free = at_once
        self._kept = kept
        self._idle: OrderedDict[str, Worker] = OrderedDict()
        self._lanes: OrderedDict[str | None, deque[_Waiting]] = OrderedDict()

    async def take(self, code: str | None) -> Worker | None:
        """Wait for a turn.

        Args:
            code: the code to run; None for work that shall share no process.

        Returns:
            A process that has run the code before; None if a new one is to be made.
        """
        if self._free:
            self._free -= 1
            return self._idling(code)
        future: _Waiting = asyncio.get_running_loop().create_future()
        self._lanes.setdefault(code, deque()).append(future)
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():  # its turn had just come
                self.give(code, future.result())
            raise

    def give(self, code: str | None, worker: Worker | None) -> None:
        """End a turn.

        Args:
            code: as it was taken.
            worker: the process that was used, if any; it is ended unless it can be used again.
        """
        if worker is not None and code is not None and worker.usable:
            if (waiting := self._next(code)) is not None:
                waiting.set_result(worker)
                return
            self._keep(code, worker)
        elif worker is not None:
            worker.end()
        for lane in list(self._lanes):
            if (waiting := self._next(lane)) is not None:
                waiting.set_result(self._idling(lane))
                return
        self._free += 1

    def close(self) -> None:
        """End the processes that idle."""
        while self._idle:
            self._idle.popitem()[1].end()

    def _next(self, code: str | None) -> _Waiting | None:
        """Return who waits longest for a turn with that code."""
        lane = self._lanes.pop(code, deque())
        while lane:
            waiting = lane.popleft()
            if not waiting.done():
                if lane:
                    self._lanes[code] = lane  # behind the others
                return waiting
        return None

    def _idling(self, code: str | None) -> Worker | None:
        return self._idle.pop(code, None) if code is not None else None

    def _keep(self, code: str, worker: Worker) -> None:
        if code in self._idle:
            worker.end()
            return
        worker.rest()
        self._idle[code] = worker
        if len(self._idle) > self._kept:
            self._idle.popitem(last=False)[1].end()
