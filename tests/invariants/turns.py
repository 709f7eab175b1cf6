"""Who goes first: the urgent before the rest, and accounts of one urgency in turn, so that nobody's work waits for all of another's."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from hawker.contracts.facts import TaskDispatched
from hawker.contracts.topics import Lane
from hawker.contracts.words import Priority, TaskKind
from orchestrator.core.state import Shard
from orchestrator.job.state import AccountKey, Active, ready
from tests.invariants.ledger import BrokenError

PASSED_OVER_MAX = 2
"""So often may one account go while another of the same urgency is ready all the time."""

type Queue = tuple[Lane, Priority, AccountKey]


class Turns:
    """Of one shard. `shard` is the fold up to each dispatch, without it."""

    def __init__(self) -> None:
        self._passed_over: dict[Queue, Counter[AccountKey]] = {}

    def begin_anew(self) -> None:
        """Whose turn it is does not outlive an owner."""
        self._passed_over.clear()

    def see(self, shard: Shard, fact: TaskDispatched) -> None:
        """Raises BrokenError."""
        job = shard.jobs[fact.job_id]
        assert isinstance(job, Active), "the ledger sees to that"
        lane, priority, account = job.order.lane, job.order.priority, job.order.account
        queues = {queue for queue in ready_queues(shard, fact.at) if queue[0] is lane}
        urgent = min((queue[1] for queue in queues), default=priority)
        if urgent < priority:
            raise BrokenError(f"the urgent go first: {fact.job_id}:{fact.position} went while {urgent} was ready")
        others = {queue for queue in queues if queue[1] is priority and queue[2] != account}
        self._passed_over = {queue: seen for queue, seen in self._passed_over.items() if queue in others or queue[:2] != (lane, priority)}
        for queue in others:
            seen = self._passed_over.setdefault(queue, Counter())
            seen[account] += 1
            if seen[account] > PASSED_OVER_MAX:
                raise BrokenError(f"accounts take turns: {account} went {seen[account]} times while {queue[2]} was ready")


def ready_queues(shard: Shard, now: datetime) -> Iterator[Queue]:
    """All that could have been dispatched now, room in the window given."""
    for job in shard.jobs.values():
        if not isinstance(job, Active) or job.expires_at <= now or shard.pauses.get(job.order.account, now) > now:
            continue
        batch = shard.batches.get(job.order.batch_id or "")
        if batch is not None and batch.cancelled:
            continue
        if not ready(job):
            continue
        if job.order.account in shard.sessions or not _asks_a_browser(job):
            yield job.order.lane, job.order.priority, job.order.account


def _asks_a_browser(job: Active) -> bool:
    """Such an account may lose turns while no browser is there: each of its tasks is found to wait once."""
    return any(spec.kind is TaskKind.PLUGIN_HTTP for spec in job.order.plan)
