"""Carries a plan out on a real stack, and looks whether each fault has really hit. Decides nothing; lets everybody go at the end."""

import asyncio
import os
import signal
import time
import xmlrpc.client
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import assert_never

import psutil

from local_stack.stack import Stack
from local_stack.supervisor import KILLED
from local_stack.wait import NotReadyError, wait_until
from tests.chaos.cluster import wait_until_in_sync
from tests.chaos.evidence import Hit
from tests.chaos.plan import BROKER, Fault, Plan, Strike

SEEN_SECONDS_MAX = 10.0
"""Within it a killed process is gone, and a stopped one stands still."""
PEACE_SECONDS_MIN = 15.0
"""Every program has longer than this to end before it is killed."""
OVERTIME_SECONDS_MAX = 180.0
"""After its planned end a plan that is still waiting for something is given up."""

type Told = Callable[[Hit], None]


class MissedError(Exception):
    """A fault that was not seen to hit; its text says what was seen."""


class Striker:
    """One plan, once. `hits` grows as it goes."""

    def __init__(self, stack: Stack, plan: Plan, told: Told) -> None:
        self._stack = stack
        self._plan = plan
        self._told = told
        self._held: set[int] = set()
        self._one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.hits: list[Hit] = []
        self.forced: list[str] = []

    async def run(self) -> None:
        began = time.monotonic()
        strikes = [asyncio.create_task(self._strike(strike, began), name=str(strike)) for strike in self._plan.strikes]
        try:
            await asyncio.wait(strikes, timeout=self._plan.seconds + OVERTIME_SECONDS_MAX)
        finally:
            for strike in strikes:
                strike.cancel()
            await asyncio.gather(*strikes, return_exceptions=True)
            self._let_go(self._held)

    async def _strike(self, strike: Strike, began: float) -> None:
        await asyncio.sleep(max(0.0, began + strike.at_seconds - time.monotonic()))
        async with self._one_at_a_time[strike.program if strike.program == BROKER else strike.target]:
            try:
                hit = await self._carry_out(strike)
            except (MissedError, NotReadyError, LookupError, psutil.Error, OSError, xmlrpc.client.Error) as fault:
                hit = Hit(strike, confirmed=False, note=f"{type(fault).__name__}: {fault}")
            self.hits.append(hit)
            self._told(hit)

    async def _carry_out(self, strike: Strike) -> Hit:
        """Raises MissedError and whatever it meets."""
        if strike.program == BROKER and not await wait_until_in_sync(self._stack.kafka_settings):
            raise MissedError("the brokers were not in sync again, and two must not be away at once")
        await asyncio.to_thread(self._wait_until_running, strike.target)
        began = time.monotonic()
        note = await self._hit(strike)
        return Hit(strike, confirmed=True, gone_seconds=time.monotonic() - began, note=note)

    async def _hit(self, strike: Strike) -> str:
        """What else is worth knowing. Raises like `_carry_out`."""
        match strike.fault:
            case Fault.KILL:
                return await asyncio.to_thread(self._kill, strike.target)
            case Fault.RESTART:
                return await asyncio.to_thread(self._restart, strike.target)
            case Fault.PAUSE | Fault.SLEEP:
                return await self._stop(strike.target, strike.hold_seconds)
            case _:
                assert_never(strike.fault)

    def _wait_until_running(self, target: str) -> None:
        wait_until(lambda: self._stack.supervisor.process_id(target) is not None, target)

    def _kill(self, target: str) -> str:
        former = psutil.Process(self._stack.process_id(target))
        former.send_signal(signal.SIGKILL)
        wait_until(lambda: not _lives(former), f"the end of {target}", seconds_max=SEEN_SECONDS_MAX)
        self._stack.wait_for_restart(target, former.pid)
        return ""

    def _restart(self, target: str) -> str:
        former = psutil.Process(self._stack.process_id(target))
        forced = self.end(target)
        if _lives(former):
            raise MissedError("it was told to end, and lives")
        self._stack.supervisor.start(target)
        self._stack.wait_for_restart(target, former.pid)
        return "killed in the end" if forced else ""

    def end(self, target: str) -> bool:
        """In peace; whether it had to be killed because it took too long. One that was only just starting knows no signal yet: it ends at once."""
        began = time.monotonic()
        self._stack.supervisor.stop(target)
        took_seconds = time.monotonic() - began
        forced = self._stack.supervisor.exit_status(target) == KILLED and took_seconds > PEACE_SECONDS_MIN
        if forced:
            self.forced.append(f"{target} had not ended after {took_seconds:.0f} s and was killed")
        return forced

    async def _stop(self, target: str, seconds: float) -> str:
        """With its children: a server whose workers go on has not stopped."""
        root = psutil.Process(self._stack.process_id(target))
        family = [root, *root.children(recursive=True)]
        pids = {process.pid for process in family}
        self._held |= pids
        try:
            for process in family:
                _signal(process.pid, signal.SIGSTOP)
            await asyncio.to_thread(wait_until, lambda: _stands_still(root), f"the stop of {target}", seconds_max=SEEN_SECONDS_MAX)
            await asyncio.sleep(seconds)
            if not _stands_still(root):
                raise MissedError("it did not stay stopped")
        finally:
            self._let_go(pids)
            self._held -= pids
        await asyncio.to_thread(wait_until, lambda: not _stands_still(root), f"{target} to go on", seconds_max=SEEN_SECONDS_MAX)
        return ""

    @staticmethod
    def _let_go(pids: Sequence[int] | set[int]) -> None:
        for pid in pids:
            _signal(pid, signal.SIGCONT)


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _stands_still(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() == psutil.STATUS_STOPPED)
    return False
