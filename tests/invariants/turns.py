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
"""So often may one account go while another of the same urgency is ready all the time.

Accounts take turns, so of n that are ready each gets one start in n; two in a row come of a queue that empties and fills again.
A tenant's share of a lane is therefore that of its accounts among all that are ready, whatever it has waiting behind them.
"""

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
        queues = set(ready_queues(shard, lane, fact.at))
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


def ready_queues(shard: Shard, lane: Lane, now: datetime) -> Iterator[Queue]:
    """All that could have been dispatched now on a lane, room in its window given."""
    for job in shard.jobs.values():
        if isinstance(job, Active) and job.order.lane is lane and _may_go(shard, job, now) and _has_ready(shard, job):
            yield lane, job.order.priority, job.order.account


def _may_go(shard: Shard, job: Active, now: datetime) -> bool:
    order = job.order
    if job.expires_at <= now or shard.pauses.get(order.account, now) > now:
        return False
    parked = shard.parked.get(order.job_id)
    if parked is not None and parked.tenant_id == order.tenant_id:
        return False
    batch = shard.batches.get(order.batch_id or "")
    return batch is None or not batch.cancelled


def _has_ready(shard: Shard, job: Active) -> bool:
    """A task for a browser waits until one is there, and costs its account's other tasks no turn."""
    has_browser = job.order.account in shard.sessions
    return any(has_browser or job.order.plan[position].kind is not TaskKind.PLUGIN_HTTP for position in ready(job))
