"""The live state of a shard beside the fold of its journal: equal after every turn, and never more in flight than a window allows."""

from collections.abc import Sequence

from hawker.contracts.facts import BatchAccepted, Fact, JobAccepted, TaskDispatched
from hawker.contracts.recorded import Recorded
from hawker.contracts.topics import Lane
from orchestrator.core import capacity
from orchestrator.core.apply import apply
from orchestrator.core.checksum import checksum
from orchestrator.core.parking import stands_still
from orchestrator.core.state import Shard
from orchestrator.job.state import Active, Gone, Job, Paused, Resting, Running
from orchestrator.shard.recover import cause_of
from tests.invariants.ledger import BrokenError
from tests.invariants.turns import Turns


class Fold:
    """The journal of one shard, folded as it grows."""

    def __init__(self) -> None:
        self.shard = Shard()
        self._turns = Turns()
        self._equal: dict[str, tuple[Job, Job]] = {}

    def see(self, facts: Sequence[Recorded[Fact]]) -> None:
        """Raises BrokenError when something was begun for which a window had no room."""
        for recorded in facts:
            match recorded.message:
                case TaskDispatched():
                    self._check_window(recorded.message)
                    self._turns.see(self.shard, recorded.message)
                case BatchAccepted() | JobAccepted():
                    self._check_room(recorded.message)
                case _:
                    pass
            apply(self.shard, recorded.message, cause_of(recorded.envelope.cause))

    def has_new_owner(self) -> None:
        """What the journal does not keep begins anew."""
        self._turns.begin_anew()

    def compare(self, live: Shard) -> None:
        """Raises BrokenError when the live state is another. Frozen values that were equal before are equal still."""
        if live.jobs.keys() != self.shard.jobs.keys():
            raise BrokenError(f"live state = fold(journal): jobs {sorted(live.jobs.keys() ^ self.shard.jobs.keys())}")
        for name, job in live.jobs.items():
            pair = job, self.shard.jobs[name]
            known = self._equal.get(name)
            if known is None or known[0] is not pair[0] or known[1] is not pair[1]:
                _same(f"job {name}", *pair)
                self._equal[name] = pair
        for part in ("batches", "pauses", "sessions", "parked", "answered", "positions", "announced_count", "accepted_count"):
            _same(part, getattr(live, part), getattr(self.shard, part))
        for lane in Lane:
            window = live.lanes[lane].window
            _same(f"window of {lane}", window, self.shard.lanes[lane].window)
            _same(f"work in flight on {lane}", window.in_flight, running_on(live, lane))

    def compare_wholly(self, live: Shard) -> None:
        """By the number that operators compare."""
        self.compare(live)
        if checksum(live) != checksum(self.shard):
            raise BrokenError("live state = fold(journal): equal by value, other by checksum")

    def _check_room(self, fact: BatchAccepted | JobAccepted) -> None:
        """What an accepted batch brings has its room already."""
        if isinstance(fact, JobAccepted) and fact.batch_id is not None:
            return
        count = fact.item_count if isinstance(fact, BatchAccepted) else 1
        taken = self.shard.live_count + self.shard.announced_count
        if taken + count > capacity.LIVE_JOBS_MAX:
            raise BrokenError(f"a full shard takes no more: {taken} jobs and {count} more are over {capacity.LIVE_JOBS_MAX}")

    def _check_window(self, fact: TaskDispatched) -> None:
        job = self.shard.jobs[fact.job_id]
        assert not isinstance(job, Gone), "the ledger sees to that"
        window = self.shard.lanes[job.order.lane].window
        if window.in_flight >= int(window.size):
            raise BrokenError(f"work in flight <= window: {fact.job_id}:{fact.position} was begun with {window}")


def running_on(shard: Shard, lane: Lane) -> int:
    """What parked jobs have there takes no room."""
    live = (job for name, job in shard.jobs.items() if isinstance(job, Active | Resting | Paused) and not stands_still(shard, name))
    return sum(isinstance(task, Running) for job in live if job.order.lane is lane for task in job.tasks)


def _same(what: str, live: object, folded: object) -> None:
    if live != folded:
        raise BrokenError(f"live state = fold(journal): {what} is {live}, its fold {folded}"[:2000])
