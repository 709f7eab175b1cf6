"""Looks on: after every transaction, what was written is held to every invariant; in the end, what is left of it all. Never interferes."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import cast

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.facts import Fact, InputRejected, JobParked, RequestRefused
from hawker.contracts.partitioning import partition_of
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.contracts.words import JobStatus
from hawker.testing.journal import MemoryJournalReader
from hawker.testing.log import MemoryLog, Message
from orchestrator.core.checksum import checksum
from orchestrator.core.state import Shard
from orchestrator.shard.keeper import Keeper
from orchestrator.shard.owner import Owner
from orchestrator.shard.recover import cause_of, recover, recover_from
from orchestrator.shard.seams import SnapshotStore
from tests.invariants.inputs import check_inputs, check_redriven, is_answered, may_still_pass
from tests.invariants.ledger import BrokenError, Ledger, check_outcome
from tests.invariants.live_state import Fold
from tests.invariants.read_models import check_rows
from tests.simulation.faults import Fault
from tests.simulation.people import WAIT_SECONDS
from tests.simulation.poison import Mistake
from tests.simulation.projector import Projector
from tests.simulation.scene import Scene

WAIT = timedelta(seconds=WAIT_SECONDS)
TOLD = ("job_id", "batch_id", "position", "attempt", "round", "again", "look_first", "session", "request_id", "subject", "reason", "until")
"""What a line of the trace says of a fact."""
LINE_CHARACTERS_MAX = 160
WHOLE_FACTS = 1_000_000
RAISED = "the decider raised"
"""So the reason of what was put aside begins."""


class Watch:
    def __init__(self, log: MemoryLog, keepers: dict[asyncio.Task[None], Keeper], scene: Scene) -> None:
        self.commits = 0
        self.ledgers = [Ledger(partition, log.shards) for partition in range(log.shards)]
        self._folds = [Fold() for _ in range(log.shards)]
        self._log = log
        self._scene = scene
        self._keepers = keepers
        self._owners: dict[int, Owner] = {}
        self._ends: dict[tuple[str, int], int] = {}
        log.on_commit = self._committed

    def digest(self) -> str:
        """Over all that was written: the same seed gives the same."""
        return "".join(checksum(fold.shard)[:8] for fold in self._folds)

    def shard(self, partition: int) -> Shard:
        """The fold of its journal."""
        return self._folds[partition].shard

    def parked(self) -> list[tuple[str, str]]:
        return [waiting for ledger in self.ledgers for waiting in ledger.parked.items()]

    def open_ends(self) -> list[str]:
        """What has not come to its end."""
        jobs = [name for ledger in self.ledgers for name, job in ledger.jobs.items() if job.end is None]
        batches = [name for ledger in self.ledgers for name, batch in ledger.batches.items() if not batch.ended]
        return [*jobs, *batches, *(name for ledger in self.ledgers for name in ledger.parked)]

    async def reckon(self, projectors: Sequence[Projector], letters: Collection[str], snapshots: SnapshotStore) -> None:
        """When all has stopped: the journal is what is left, and everything follows from it. Raises BrokenError."""
        reader = MemoryJournalReader(self._log)
        for partition, (fold, ledger, projector) in enumerate(zip(self._folds, self.ledgers, projectors, strict=True)):
            fold.compare_wholly(await recover(reader, partition))
            fold.compare_wholly((await recover_from(reader, partition, snapshots)).shard)
            end = await reader.end(partition)
            journal = [one async for page in reader.read(partition, 0, end) for one in page]
            while await projector.take(WHOLE_FACTS):
                pass
            check_rows(journal, ledger, projector.tables)
            check_inputs(self._inputs(partition), ledger, letters)
            late = [name for name, job in ledger.jobs.items() if job.end is JobStatus.EXPIRED and job.wait >= WAIT]
            if late:
                raise BrokenError(f"nothing is forgotten until it expires: {late}")

    def has_unanswered(self) -> bool:
        """Whether a shard has not met all that lies there: it may be about to be acquired again."""
        self.note_ends()
        return any(
            one.place not in ledger.rejected and (not is_answered(one.message, ledger) or self._comes_again(one, partition))
            for partition, ledger in enumerate(self.ledgers)
            for one in self._inputs(partition)
        )

    def _comes_again(self, one: Recorded[Message], partition: int) -> bool:
        """It was refused for now, and lies there again: each meeting of such a request leaves a fact, and moves the position."""
        return one.offset >= self.shard(partition).positions.get(one.topic, 0) and may_still_pass(one.message, self.ledgers[partition])

    def note_ends(self) -> None:
        """From here on the shards stop, one after another: what is sent on meanwhile, again, nobody has to have read."""
        topics = (self._log.topics.requests, self._log.topics.outcomes)
        self._ends = {(topic, n): len(self._log.partition(topic, n).entries) for topic in topics for n in range(self._log.shards)}

    def _inputs(self, partition: int) -> list[Recorded[Message]]:
        """What was this shard's to decide. What lay astray lies here again, on its own partition."""
        found = [
            one
            for (topic, number), end in self._ends.items()
            if number == partition
            for one in self._log.partition(topic, partition).committed(0, end)
        ]
        return [
            one
            for one in found
            if isinstance(one.message, Undecodable) or partition_of(_tenant(one.message), self._log.shards) == partition
        ]

    def check_forwarded(self) -> None:
        """What lay astray lies on its own partition too. Raises BrokenError."""
        for topic in (self._log.topics.requests, self._log.topics.outcomes):
            places = [self._log.partition(topic, number) for number in range(self._log.shards)]
            there = [{one.envelope.id for one in place.committed(0, len(place.entries))} for place in places]
            for number, place in enumerate(places):
                for one in place.committed(0, len(place.entries)):
                    home = number if isinstance(one.message, Undecodable) else partition_of(_tenant(one.message), self._log.shards)
                    if one.envelope.id not in there[home]:
                        raise BrokenError(f"nothing is dropped: {one.place} belongs to shard {home} and never came there")

    def _committed(self, name: str, records: Sequence[Recorded[Message]]) -> None:
        """After each transaction, while its writer has not heard of it yet."""
        self.commits += 1
        facts = cast("list[Recorded[Fact]]", [one for one in records if one.topic == self._log.topics.journal])  # Its codec knows no other.
        commands = [one.message for one in records if isinstance(one.message, ExecuteTask)]
        try:
            self._check(int(name.rpartition(".")[2]), facts, commands)
        except Exception as broken:  # noqa: BLE001 - the owner must not take it for its own
            self._scene.fail(broken)

    def _check(self, partition: int, facts: Sequence[Recorded[Fact]], commands: Sequence[ExecuteTask]) -> None:
        if self._scene.traced:
            for recorded in facts:
                self._scene.tell(f"journal/{partition}", f"{recorded.offset} {_told(recorded.message)}")
        keeper = self._keepers[cast("asyncio.Task[None]", asyncio.current_task())]  # An owner commits in its keeper's task.
        assert keeper.owner is not None, "it commits"
        if self._owners.get(partition) is not keeper.owner:
            self._owners[partition] = keeper.owner
            self._folds[partition].has_new_owner()
        for recorded in facts:
            self._check_cause(recorded, partition)
            _check_raised(recorded.message)
            if isinstance(recorded.message, RequestRefused) and recorded.message.may_pass_later:
                self._scene.faults.fired[Fault.FULL] += 1
        self.ledgers[partition].see(facts, commands)
        self._folds[partition].see(facts)
        self._folds[partition].compare(keeper.owner.shard)

    def _check_cause(self, recorded: Recorded[Fact], partition: int) -> None:
        if (cause := cause_of(recorded.envelope.cause)) is not None:
            message = self._log.message(cause[0], partition, cause[1])
            check_outcome(recorded.message, message)
            check_redriven(recorded, message)


def _check_raised(fact: Fact) -> None:
    """The shard puts aside whatever breaks a decider; here, what was not broken on purpose is a finding. Raises BrokenError."""
    if isinstance(fact, JobParked | InputRejected) and RAISED in fact.reason and f"{RAISED} {Mistake.__name__}" not in fact.reason:
        raise BrokenError(f"deciders do not raise: {fact.reason}")


def _told(fact: Fact) -> str:
    """One line that a person reads."""
    said = [f"{name}={value}" for name in TOLD if (value := getattr(fact, name, None)) not in (None, False)]
    return " ".join((type(fact).__name__, *said))[:LINE_CHARACTERS_MAX]


def _tenant(message: Message) -> str:
    return str(getattr(message, "tenant_id", ""))
