"""Whoever looks after the dead letters: redrives a job's in their order, twice at times, or discards them. Mends mistakes, mostly before."""

import asyncio
from collections.abc import Callable, Iterable

from hawker.contracts.codec import encode
from hawker.contracts.envelope import Envelope
from hawker.contracts.recorded import Undecodable
from hawker.contracts.requests import JobUnparkRequested, ParkedInput
from hawker.testing.log import MemoryLog
from hawker.testing.publisher import DeadLetter
from tests.simulation.poison import Poison
from tests.simulation.scene import Scene
from tests.simulation.virtual import VirtualClock

MENDED = 0.7
"""How likely the mistake is mended before its letters are redriven; if not, they come back."""
DISCARDED = 0.2
TWICE = 0.2
PAUSE_SECONDS = (2.0, 15.0)

type Parked = Callable[[], Iterable[tuple[str, str]]]
"""Job ids that wait, and of which tenant."""


class Operator:
    """`letters` is the topic of dead letters. `discarded` are jobs whose inputs were thrown away on purpose."""

    def __init__(self, log: MemoryLog, poison: Poison, parked: Parked, scene: Scene) -> None:
        self.letters: list[DeadLetter] = []
        self.discarded: set[str] = set()
        self._log = log
        self._poison = poison
        self._parked = parked
        self._scene = scene
        self._clock = VirtualClock(asyncio.get_running_loop())
        self._closed: set[str] = set()
        self._count = 0

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._scene.chance.uniform(*PAUSE_SECONDS))
            self._send_again()
            for tenant_id, job_id in sorted(self._waiting()):
                self._deal_with(tenant_id, job_id)

    def _send_again(self) -> None:
        """An unparking that was put aside itself, for what it carried broke the shard, belongs to no job: it is redriven as it was."""
        for letter in self.letters:
            message = letter.recorded.message
            if letter.origin not in self._closed and letter.subject is None and isinstance(message, JobUnparkRequested):
                self._closed.add(letter.origin)
                self._poison.mend(message.job_id, wholly=True)
                self._scene.tell("operator", f"sends the unparking of {message.job_id} again")
                self._log.append(self._log.topics.requests, message.tenant_id, message, letter.recorded.envelope)

    def _waiting(self) -> set[tuple[str, str]]:
        """Jobs with letters that nobody dealt with; and those that a timer broke, which have none."""
        with_letters = {(_tenant(one), one.subject) for one in self.letters if one.subject is not None and one.origin not in self._closed}
        return with_letters | {(tenant_id, job_id) for job_id, tenant_id in self._parked()}

    def _deal_with(self, tenant_id: str, job_id: str) -> None:
        chance = self._scene.chance
        letters = {one.origin: one for one in self.letters if one.subject == job_id and one.origin not in self._closed}
        self._closed.update(letters)
        self._poison.mend(job_id, wholly=not self._scene.faults.on or chance.random() < MENDED)
        if chance.random() < DISCARDED:
            self.discarded.add(job_id)
            letters = {}
        inputs = tuple(_parked_input(one) for one in letters.values())
        for _ in range(1 + (chance.random() < TWICE)):
            self._ask(tenant_id, job_id, inputs)

    def _ask(self, tenant_id: str, job_id: str, inputs: tuple[ParkedInput, ...]) -> None:
        self._count += 1
        request_id, now = f"operator-{self._count}", self._clock.now()
        wish = JobUnparkRequested(tenant_id=tenant_id, requested_at=now, request_id=request_id, job_id=job_id, inputs=inputs)
        self._scene.tell("operator", f"unparks {job_id} with {[one.type for one in inputs]}")
        self._log.append(self._log.topics.requests, tenant_id, wish, Envelope(request_id, wish.type_name, "gateway", now))


def _parked_input(letter: DeadLetter) -> ParkedInput:
    message = letter.recorded.message
    assert not isinstance(message, Undecodable), "it has a job"
    return ParkedInput(type=message.type_name, value=encode(message).decode(), origin=letter.origin)


def _tenant(letter: DeadLetter) -> str:
    return str(getattr(letter.recorded.message, "tenant_id", ""))
