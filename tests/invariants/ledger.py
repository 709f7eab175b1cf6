"""What must be true of a journal whatever happened, checked by a book of its own: it shares no code with the deciders it watches."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.facts import (
    AccountPaused,
    AttemptDeferred,
    AttemptFailed,
    AttemptTimedOut,
    BatchAccepted,
    BatchCancelled,
    BatchEnded,
    BatchItemsAccepted,
    Fact,
    InputRejected,
    JobAccepted,
    JobCancelled,
    JobCompleted,
    JobExpired,
    JobFailed,
    JobParked,
    JobPaused,
    JobResumed,
    JobRetryScheduled,
    JobRetryStarted,
    JobUnparked,
    OutcomeRefused,
    RequestRefused,
    TaskCompleted,
    TaskDispatched,
)
from hawker.contracts.failures import FailureKind
from hawker.contracts.limits import REQUEST_AGE_DAYS_MAX, RETRIES_MAX
from hawker.contracts.outcomes import TaskFailed, TaskSucceeded
from hawker.contracts.partitioning import partition_of
from hawker.contracts.recorded import Recorded
from hawker.contracts.words import JobStatus, Marketplace

type Attempted = TaskCompleted | AttemptFailed | AttemptTimedOut | AttemptDeferred
type Ended = JobCompleted | JobFailed | JobCancelled | JobExpired
type Account = tuple[str, Marketplace, str]
type Attempt = tuple[str, int, int]
"""Job, position, number."""

ENDS: dict[type[Ended], JobStatus] = {
    JobCompleted: JobStatus.COMPLETED,
    JobFailed: JobStatus.FAILED,
    JobCancelled: JobStatus.CANCELLED,
    JobExpired: JobStatus.EXPIRED,
}
REQUEST_AGE_MAX = timedelta(days=REQUEST_AGE_DAYS_MAX)
DEFERRED = frozenset({FailureKind.THROTTLED, FailureKind.NOT_CONNECTED})
AGAIN = frozenset({JobStatus.FAILED, JobStatus.EXPIRED})
"""A person may ask for another try of these."""


class Rule(StrEnum):
    ACCEPTED_ONCE = "a job or batch is accepted once"
    NOT_REFUSED = "a chunk that was accepted is not refused when it comes again"
    ENDS_ONCE = "each job reaches one terminal status"
    NOTHING_AFTER_THE_END = "nothing happens to a job that has ended"
    SUCCESS_STAYS = "no task that succeeded runs again within its job"
    ONE_ATTEMPT = "a task has one attempt at a time, and attempts are counted one by one"
    ROUNDS = "retry rounds are never over the limit"
    NOTHING_BEGINS_WHILE_PAUSED = "nothing begins while a job is paused"
    PAUSED_ACCOUNT = "nothing goes to an account that the marketplace asked us to leave alone"
    BATCH_TOTALS = "a batch's totals are the sum of its jobs"
    COMMAND_AND_FACT = "no command without its dispatch fact, and the reverse"
    POSITIONS = "input positions never go back, and an input is decided once"
    LEASE = "an attempt times out when its lease is over, not before"
    OUTCOME = "what became of an attempt is what its own outcome said"
    OWN_SHARD = "a tenant's facts lie on its own shard"
    DEFERRED = "what is throttled or not connected costs no retry"
    REQUEST_ONCE = "a person's wish is carried out once"
    FACT_IDS = "no two facts have one id"
    PARKED = "nothing of a parked job moves"
    REDRIVE = "what is redriven is met in the order in which it first lay"


class BrokenError(AssertionError):
    """An invariant does not hold; the text says which, and where."""


@dataclass(slots=True)
class Job:
    batch_id: str | None
    account: Account
    size: int
    wait: timedelta
    end: JobStatus | None = None
    ended_at: datetime | None = None
    paused: bool = False
    round: int = 0
    succeeded: set[int] = field(default_factory=set)
    running: dict[int, int] = field(default_factory=dict)
    leases: dict[int, datetime] = field(default_factory=dict)
    attempts: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class Batch:
    item_count: int
    items: int = 0
    ended: bool = False
    cancelled: bool = False
    job_ids: list[str] = field(default_factory=list)
    chunks: dict[int, datetime] = field(default_factory=dict)
    """By number, and when it was accepted."""


class Ledger:
    """The journal of shard `partition` of `shards`, transaction by transaction."""

    def __init__(self, partition: int, shards: int) -> None:
        self._place = partition, shards
        self.jobs: dict[str, Job] = {}
        self.batches: dict[str, Batch] = {}
        self.now = datetime.min.replace(tzinfo=UTC)
        """When the last fact was written."""
        self.refused: set[str] = set()
        self.put_off: set[str] = set()
        """What was refused for now only."""
        self.wishes: dict[str, datetime] = {}
        """Of people, by request id, and when they were answered."""
        self.concluded: set[Attempt] = set()
        """Attempts whose outcome, or the want of one, became a fact."""
        self.rejected: set[str] = set()
        """Places of inputs that went to the dead letters."""
        self.parked: dict[str, str] = {}
        """Job ids that wait for an operator, and of which tenant."""
        self._open_again: dict[Account, datetime] = {}
        self._positions: dict[str, int] = {}
        self._ids: set[str] = set()

    def see(self, facts: Sequence[Recorded[Fact]], commands: Iterable[ExecuteTask]) -> None:
        """What one transaction wrote. Raises BrokenError."""
        for recorded in facts:
            self.now = recorded.message.at
            self._identity(recorded)
            self._wish(recorded.message)
            self._parking(recorded.message)
            self._fact(recorded.message)
        self._causes(facts)
        self._commands([recorded.message for recorded in facts], commands)

    def _identity(self, recorded: Recorded[Fact]) -> None:
        _hold(recorded.envelope.id not in self._ids, Rule.FACT_IDS, recorded.envelope.id)
        self._ids.add(recorded.envelope.id)
        if not isinstance(recorded.message, InputRejected):  # What cannot be read has no tenant.
            partition, shards = self._place
            _hold(partition_of(recorded.message.tenant_id, shards) == partition, Rule.OWN_SHARD, recorded.place)

    def _wish(self, fact: Fact) -> None:
        """A repeat is no fact at all, except that one which comes when the first is forgotten is refused for its age."""
        request_id: str | None = getattr(fact, "request_id", None)
        if request_id is None:
            return
        before = self.wishes.get(request_id)
        is_new = before is None or (isinstance(fact, RequestRefused) and fact.at >= before + REQUEST_AGE_MAX)
        _hold(is_new, Rule.REQUEST_ONCE, f"{type(fact).__name__} {request_id}")
        if not (isinstance(fact, RequestRefused) and fact.may_pass_later):
            self.wishes[request_id] = fact.at

    def _parking(self, fact: Fact) -> None:
        job_id: str | None = getattr(fact, "job_id", None)
        match fact:
            case JobParked():
                self.parked[fact.job_id] = fact.tenant_id
            case JobUnparked():
                if self.parked.get(fact.job_id) == fact.tenant_id:
                    del self.parked[fact.job_id]
            case InputRejected():
                self.rejected.add(f"{fact.topic}/{fact.partition}/{fact.offset}")
            case _:
                held = job_id is not None and self.parked.get(job_id) == fact.tenant_id
                _hold(not held, Rule.PARKED, f"{type(fact).__name__} of {job_id}")

    def _causes(self, facts: Sequence[Recorded[Fact]]) -> None:
        seen: dict[str, int] = {}
        for recorded in facts:
            if recorded.envelope.cause is not None:
                topic, _, offset = recorded.envelope.cause.rsplit("/", 2)
                _hold(self._positions.get(topic, 0) <= int(offset), Rule.POSITIONS, recorded.envelope.cause)
                _hold(seen.get(topic, 0) <= int(offset), Rule.POSITIONS, recorded.envelope.cause)
                seen[topic] = int(offset)
        self._positions.update({topic: offset + 1 for topic, offset in seen.items()})

    def _commands(self, facts: Sequence[Fact], commands: Iterable[ExecuteTask]) -> None:
        asked = Counter(command.command_id for command in commands)
        given_up = {_name(f) for f in facts if isinstance(f, AttemptFailed) and f.failure.code == "pick"}
        dispatched = Counter(_name(f) for f in facts if isinstance(f, TaskDispatched) and _name(f) not in given_up)
        _hold(asked == dispatched, Rule.COMMAND_AND_FACT, f"commands {dict(asked)}, facts {dict(dispatched)}")

    def _fact(self, fact: Fact) -> None:
        match fact:
            case JobAccepted():
                self._accept(fact)
            case TaskDispatched():
                self._dispatch(fact)
            case TaskCompleted() | AttemptFailed() | AttemptTimedOut() | AttemptDeferred():
                self._attempted(fact)
            case JobRetryScheduled() | JobRetryStarted():
                self._round(fact)
            case JobPaused() | JobResumed():
                self._live(fact.job_id).paused = isinstance(fact, JobPaused)
            case JobCompleted() | JobFailed() | JobCancelled() | JobExpired():
                self._end(fact)
            case BatchAccepted() | BatchItemsAccepted() | BatchCancelled() | BatchEnded():
                self._batch(fact)
            case AccountPaused():
                account = (fact.tenant_id, fact.marketplace, fact.account_id)
                self._open_again[account] = max(fact.until, self._open_again.get(account, fact.until))
            case RequestRefused():
                self._refuse(fact)
            case OutcomeRefused():
                self.concluded.add((fact.job_id, fact.position, fact.attempt))
            case _:
                pass

    def _accept(self, fact: JobAccepted) -> None:
        _hold(fact.job_id not in self.jobs, Rule.ACCEPTED_ONCE, fact.job_id)
        account = (fact.tenant_id, fact.marketplace, fact.account_id)
        self.jobs[fact.job_id] = Job(fact.batch_id, account, len(fact.tasks), fact.expires_at - fact.at)
        if fact.batch_id is not None:
            self.batches[fact.batch_id].job_ids.append(fact.job_id)

    def _refuse(self, fact: RequestRefused) -> None:
        """A repeat that comes when the first is forgotten is refused for its age."""
        batch_id, _, sequence = fact.subject.partition("/")
        batch = self.batches.get(batch_id)
        if batch is not None and sequence and (accepted := batch.chunks.get(int(sequence))) is not None:
            _hold(fact.at >= accepted + REQUEST_AGE_MAX, Rule.NOT_REFUSED, fact.subject)
        self.refused.add(fact.request_id or fact.subject)
        if fact.may_pass_later:
            self.put_off.add(fact.subject)
        else:
            self.put_off.discard(fact.subject)

    def _live(self, job_id: str) -> Job:
        job = self.jobs[job_id]
        _hold(job.end is None, Rule.NOTHING_AFTER_THE_END, job_id)
        return job

    def _dispatch(self, fact: TaskDispatched) -> None:
        job = self._live(fact.job_id)
        _hold(not job.paused, Rule.NOTHING_BEGINS_WHILE_PAUSED, _name(fact))
        _hold(fact.position not in job.succeeded, Rule.SUCCESS_STAYS, _name(fact))
        _hold(fact.position not in job.running, Rule.ONE_ATTEMPT, _name(fact))
        _hold(fact.attempt == job.attempts[fact.position] + 1, Rule.ONE_ATTEMPT, _name(fact))
        _hold(self._open_again.get(job.account, fact.at) <= fact.at, Rule.PAUSED_ACCOUNT, _name(fact))
        job.leases[fact.position] = fact.lease_until
        job.running[fact.position] = job.attempts[fact.position] = fact.attempt

    def _attempted(self, fact: Attempted) -> None:
        job = self._live(fact.job_id)
        self.concluded.add((fact.job_id, fact.position, fact.attempt))
        _hold(job.running.pop(fact.position, None) == fact.attempt, Rule.ONE_ATTEMPT, f"{type(fact).__name__} {_name(fact)}")
        if isinstance(fact, AttemptTimedOut):
            _hold(fact.at >= job.leases[fact.position], Rule.LEASE, _name(fact))
        if isinstance(fact, AttemptFailed):
            _hold(fact.failure.kind not in DEFERRED, Rule.DEFERRED, _name(fact))
        if isinstance(fact, TaskCompleted):
            job.succeeded.add(fact.position)

    def _round(self, fact: JobRetryScheduled | JobRetryStarted) -> None:
        job = self.jobs[fact.job_id]
        if isinstance(fact, JobRetryScheduled):
            _hold(fact.round == job.round + 1 <= RETRIES_MAX, Rule.ROUNDS, f"{fact.job_id} round {fact.round}")
            return
        if fact.request_id is None:
            _hold(fact.round == job.round + 1 <= RETRIES_MAX, Rule.ROUNDS, f"{fact.job_id} round {fact.round}")
            _hold(job.end is None, Rule.NOTHING_AFTER_THE_END, fact.job_id)
        else:
            _hold(job.end in AGAIN, Rule.NOTHING_AFTER_THE_END, f"{fact.job_id} was retried when {job.end}")
        _hold(job.succeeded.isdisjoint(fact.again), Rule.SUCCESS_STAYS, f"{fact.job_id} runs {fact.again} again")
        job.end, job.ended_at, job.round = None, None, fact.round
        if job.batch_id in self.batches:
            self.batches[job.batch_id].ended = False

    def _end(self, fact: Ended) -> None:
        job = self.jobs[fact.job_id]
        _hold(job.end is None, Rule.ENDS_ONCE, f"{type(fact).__name__} of {fact.job_id}, which is {job.end}")
        if isinstance(fact, JobCompleted):
            _hold(len(job.succeeded) == job.size, Rule.ENDS_ONCE, f"{fact.job_id} completed with tasks undone")
        job.end, job.ended_at, job.paused = ENDS[type(fact)], fact.at, False
        job.running.clear()

    def _batch(self, fact: BatchAccepted | BatchItemsAccepted | BatchCancelled | BatchEnded) -> None:
        match fact:
            case BatchAccepted():
                _hold(fact.batch_id not in self.batches, Rule.ACCEPTED_ONCE, fact.batch_id)
                self.batches[fact.batch_id] = Batch(fact.item_count)
            case BatchItemsAccepted():
                batch = self.batches[fact.batch_id]
                _hold(fact.sequence not in batch.chunks, Rule.ACCEPTED_ONCE, f"{fact.batch_id}/{fact.sequence}")
                batch.items += fact.item_count
                batch.chunks[fact.sequence] = fact.at
            case BatchCancelled():
                self.batches[fact.batch_id].cancelled = True
            case BatchEnded():
                self._batch_ended(self.batches[fact.batch_id], fact)

    def _batch_ended(self, batch: Batch, fact: BatchEnded) -> None:
        ends = Counter(self.jobs[job_id].end for job_id in batch.job_ids)
        said = {
            JobStatus.COMPLETED: fact.completed,
            JobStatus.FAILED: fact.failed,
            JobStatus.CANCELLED: fact.cancelled,
            JobStatus.EXPIRED: fact.expired,
        }
        _hold(ends == Counter(said) and not batch.ended, Rule.BATCH_TOTALS, f"{fact.batch_id}: {dict(ends)}, said {said}")
        _hold(batch.items == len(batch.job_ids) == batch.item_count - fact.missing, Rule.BATCH_TOTALS, fact.batch_id)
        batch.ended = True


def check_outcome(fact: Fact, outcome: object) -> None:
    """`outcome` is the input that the fact says it follows from. Raises BrokenError."""
    if isinstance(fact, TaskCompleted | AttemptFailed | AttemptDeferred) and isinstance(outcome, TaskSucceeded | TaskFailed):
        about = outcome.job_id, outcome.position, outcome.attempt
        _hold((fact.job_id, fact.position, fact.attempt) == about, Rule.OUTCOME, f"{_name(fact)} follows from {about}")


def _name(fact: TaskDispatched | Attempted) -> str:
    return f"{fact.job_id}:{fact.position}:{fact.attempt}"


def _hold(is_so: bool, rule: Rule, where: str) -> None:  # noqa: FBT001 - what must hold comes first, as in an assert
    if not is_so:
        raise BrokenError(f"{rule}: {where}")
