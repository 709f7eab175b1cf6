"""Mistakes around the shard's turns: what is committed when, parked and let go, put away, forgotten, thrown away, and what a worker calls done."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from hawker.contracts.facts import JobAccepted
from hawker.contracts.recorded import Positions, Recorded
from hawker.contracts.requests import JobUnparkRequested
from hawker.testing.inbox import MemoryInbox
from hawker.testing.log import Message
from hawker.testing.publisher import MemoryOutbox
from hawker.worker.window import Ticket
from orchestrator.core import decide, memory, poison, redrive, turn
from orchestrator.core.decide import Input
from orchestrator.core.state import Shard
from orchestrator.job import evolve
from orchestrator.job.state import Active
from orchestrator.shard import recover as recovering
from orchestrator.shard.owner import Owner
from orchestrator.shard.recover import recover
from orchestrator.shard.snapshots import Place, Snapshots
from orchestrator.snapshots.read import Reading
from tests.simulation.broken import Mutation, all_of, replaced
from tests.simulation.broken_shell import meet_what_was_met
from tests.simulation.virtual import VirtualClock
from tests.simulation.workers import Worker

_ACCEPT = evolve.accept
_CARRIED = redrive.carried
_CARRY = Worker._carry
_COMMIT = Owner._commit
_ORDERING = Reading.ordering
_TURN_ENDED = Snapshots.turn_ended


async def _commit_the_group_s_offsets(self: MemoryInbox, positions: Positions) -> None:
    """Where a group would have them: at the broker, for whoever comes next."""
    place = self._log.partition(self._log.topics.requests, self._partition)
    vars(self._log).setdefault("offsets", {})[id(place)] = dict(positions)
    await asyncio.sleep(0.001)


async def _begin_where_the_group_is(self: Owner) -> None:
    await self._writer.open()
    self.shard = await recover(self._ports.reader, self._partition)
    log = self._inbox._log  # type: ignore[attr-defined]  # in the simulation it is the memory log's
    place = log.partition(log.topics.requests, self._partition)
    await self._inbox.seek(vars(log).get("offsets", {}).get(id(place), {}))


async def _commit_offsets_first(
    self: Owner, taken: turn.Turn, inputs: Sequence[Recorded[Input]], timers_max: int, dispatches_max: int | None
) -> None:
    ahead = dict(self.shard.positions)
    ahead.update({recorded.topic: recorded.offset + 1 for recorded in inputs})
    await self._inbox.hint(ahead)
    await _COMMIT(self, taken, inputs, timers_max, dispatches_max)


def _accept_by_the_local_clock(fact: JobAccepted) -> Active:
    now = VirtualClock(asyncio.get_running_loop()).now()
    return replace(_ACCEPT(fact), expires_at=now + (fact.expires_at - fact.at))


def _put_away_at_the_place_before(self: Snapshots, shard: Shard, place: Place | None, facts: int) -> None:
    before = vars(self).get("before")
    self.before = place  # type: ignore[attr-defined]  # a mistake needs a place to remember
    if before is not None:
        _TURN_ENDED(self, shard, before, facts)


def _order_without_memory(self: Reading) -> Iterator[None]:
    self.shard.to_forget.clear()
    return _ORDERING(self)


def _derive_nothing(_: Shard) -> Iterator[None]:
    return iter(())


def _carried_backwards(recorded: Recorded[Input], request: JobUnparkRequested) -> Iterator[Recorded[Input]]:
    return reversed(list(_CARRIED(recorded, request)))


async def _drop_the_letter(self: MemoryOutbox, recorded: Recorded[Input], reason: str, *, subject: str | None, origin: str) -> None:
    """Logged, perhaps."""


async def _done_before_it_is_told(self: Worker, recorded: Recorded[Message], ticket: Ticket) -> None:
    self._window.finish(ticket)
    await _CARRY(self, recorded, ticket)


def _group_offsets(*more: Mutation) -> Mutation:
    return all_of(replaced(MemoryInbox, "hint", _commit_the_group_s_offsets), replaced(Owner, "_acquire", _begin_where_the_group_is), *more)


MISTAKES: Mapping[str, Mutation] = {
    "offsets are committed before what came of them": _group_offsets(replaced(Owner, "_commit", _commit_offsets_first)),
    "positions from committed offsets instead of the journal": _group_offsets(replaced(turn, "_meet", meet_what_was_met)),
    "decided by the local clock": replaced(evolve, "accept", _accept_by_the_local_clock),
    "a snapshot is newer than its position": replaced(Snapshots, "turn_ended", _put_away_at_the_place_before),
    "a snapshot forgets what is to be forgotten": replaced(Reading, "ordering", _order_without_memory),
    "a snapshot without its indexes": replaced(recovering, "sweeping", _derive_nothing),
    "a parked job lets a later input through": replaced(poison, "is_parked", lambda *_: False),
    "a parked job's timers ring": replaced(poison, "stands_still", lambda *_: False),
    "redriven in another order": replaced(redrive, "carried", _carried_backwards),
    "forgotten too early": replaced(memory, "MEMORY", timedelta(hours=1)),
    "never forgotten": replaced(memory, "MEMORY", timedelta(days=365)),
    "a full shard takes more": replaced(decide, "why_full", lambda *_: None),
    "dead letters are dropped": replaced(MemoryOutbox, "dead_letter", _drop_the_letter),
    "a command is done before its outcome is told": replaced(Worker, "_carry", _done_before_it_is_told),
}
