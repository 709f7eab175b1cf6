"""Whether a round kept every promise. Pure: evidence in, findings out, and no finding means that all of it held."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.facts import BatchCancelled, Fact, TaskDispatched
from hawker.contracts.recorded import Recorded
from hawker.contracts.words import JobStatus
from orchestrator.core.apply import apply
from orchestrator.core.checksum import checksum
from orchestrator.core.state import Shard
from orchestrator.shard.recover import cause_of
from tests.chaos.evidence import Asked, Evidence, Told, Wish
from tests.chaos.plan import Fault
from tests.invariants.ledger import BrokenError, Ledger, check_outcome
from tests.invariants.read_models import check_rows

NAMED_MAX = 5
"""Of one kind of finding; a thousand lost jobs have one cause."""

type Transaction = Sequence[Recorded[Fact]]


class Promise(StrEnum):
    FIRED = "every planned fault hit"
    COVERED = "every kind of process was hit by every kind of fault that the round is long enough for"
    HEALED = "everything heals when the faults are off"
    PEACE = "what is told to end in peace ends by itself"
    CARRIED = "at every marketplace something succeeds"
    ANSWERED = "what the gateway said yes to is in the journal"
    ENDED = "every accepted job ends"
    EFFECT_ONCE = "no effect happens twice"
    EFFECT_THERE = "what completed stands at the marketplace"
    JOURNAL = "the journal keeps every invariant"
    LIVE = "live state = fold(journal)"
    ROWS = "read models = fold(journal)"
    LETTERS = "nothing becomes a dead letter that was sent as it should be"


@dataclass(frozen=True, slots=True)
class Finding:
    promise: Promise
    where: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.where}"


@dataclass(frozen=True, slots=True)
class Book:
    """All journals, read once. `broken` is where reading had to end."""

    ledgers: Sequence[Ledger]
    broken: Sequence[str]
    untold: Sequence[Told]
    request_ids: frozenset[str]
    cancelled: frozenset[str]
    """Batches."""


def judge(evidence: Evidence, book: Book) -> Sequence[Finding]:
    """`book` is what `read` made of the same evidence."""
    return [Finding(promise, where) for promise, check in CHECKS for where in islice(check(evidence, book), NAMED_MAX)]


def read(evidence: Evidence) -> Book:
    commands = _by_id(evidence.commands)
    ledgers: list[Ledger] = []
    broken: list[str] = []
    untold: list[Told] = []
    for shard, journal in evidence.journal.items():
        reading = _Reading(shard, len(evidence.journal), commands, [told for told in evidence.told if told.shard == shard])
        broken += reading.to_the_end(journal)
        ledgers.append(reading.ledger)
        untold += reading.untold
    broken += [f"no command without its fact: {name}" for name in commands]
    facts = [recorded.message for journal in evidence.journal.values() for recorded in journal]
    request_ids = frozenset(request_id for fact in facts if (request_id := getattr(fact, "request_id", None)) is not None)
    cancelled = frozenset(fact.batch_id for fact in facts if isinstance(fact, BatchCancelled))
    return Book(ledgers, broken, untold, request_ids, cancelled)


def transactions(journal: Sequence[Recorded[Fact]]) -> Iterator[Transaction]:
    """One writer writes one after the other, and the marker of each takes an offset: so each gap is the end of one."""
    found: list[Recorded[Fact]] = []
    for recorded in journal:
        if found and recorded.offset != found[-1].offset + 1:
            yield found
            found = []
        found.append(recorded)
    if found:
        yield found


class _Reading:
    """One shard's journal beside its commands and what was told of it. Takes out of `commands` what it finds dispatched."""

    def __init__(self, shard: int, shards: int, commands: dict[str, list[ExecuteTask]], told: list[Told]) -> None:
        self.ledger = Ledger(shard, shards)
        self.untold = told
        self._commands = commands
        self._shard = Shard()

    def to_the_end(self, journal: Sequence[Recorded[Fact]]) -> Iterator[str]:
        self._compare()
        for transaction in transactions(journal):
            try:
                self.ledger.see(transaction, self._taken(transaction))
                for recorded in transaction:
                    self._check_room(recorded.message)
                    apply(self._shard, recorded.message, cause_of(recorded.envelope.cause))
            except (BrokenError, LookupError) as fault:
                yield f"{fault!r} in the transaction at {transaction[0].place}"
                return
            self._compare()

    def _taken(self, transaction: Transaction) -> Iterable[ExecuteTask]:
        dispatched = [recorded.message for recorded in transaction if isinstance(recorded.message, TaskDispatched)]
        names = [f"{fact.job_id}:{fact.position}:{fact.attempt}" for fact in dispatched]
        return [command for name in names for command in self._commands.pop(name, ())]

    def _check_room(self, fact: Fact) -> None:
        if isinstance(fact, TaskDispatched):
            window = self._shard.lanes[self._shard.jobs[fact.job_id].order.lane].window  # type: ignore[union-attr]  # the ledger saw that it lives
            if window.in_flight >= int(window.size):
                raise BrokenError(f"work in flight <= window: {fact.job_id}:{fact.position} was begun with {window}")

    def _compare(self) -> None:
        """Timers move no position: of several states at the same positions one must be the told one."""
        here = [told for told in self.untold if told.positions == self._shard.positions]
        if here:
            now = checksum(self._shard)
            self.untold = [told for told in self.untold if told not in here or told.checksum != now]


def _by_id(commands: Sequence[ExecuteTask]) -> dict[str, list[ExecuteTask]]:
    found: dict[str, list[ExecuteTask]] = defaultdict(list)
    for command in commands:
        found[command.command_id].append(command)
    return dict(found)


def _fired(evidence: Evidence, _: Book) -> Iterator[str]:
    yield from (str(hit) for hit in evidence.hits if not hit.confirmed)
    hit = Counter(hit.strike for hit in evidence.hits)
    yield from (f"{strike} was never tried" for strike in evidence.plan.strikes if strike not in hit)
    yield from (f"{name} fired nowhere" for name, count in evidence.stand_ins.fired.items() if not count and evidence.plan.is_covering)
    if not any(evidence.stand_ins.fired.values()):
        yield "no stand-in misbehaved at all"


def _covered(evidence: Evidence, _: Book) -> Iterator[str]:
    hit = {(hit.strike.program, hit.strike.fault) for hit in evidence.hits if hit.confirmed}
    faults = list(Fault) if evidence.plan.is_covering else [Fault.KILL]
    yield from (f"no {fault} of {program}" for program in evidence.targets for fault in faults if (program, fault) not in hit)


def _healed(evidence: Evidence, _: Book) -> Iterator[str]:
    yield from evidence.unhealed


def _peace(evidence: Evidence, _: Book) -> Iterator[str]:
    yield from evidence.forced


def _carried(evidence: Evidence, book: Book) -> Iterator[str]:
    done = Counter(job.account[1] for ledger in book.ledgers for job in ledger.jobs.values() if job.end is JobStatus.COMPLETED)
    yield from (f"nothing at {marketplace}" for marketplace in evidence.stand_ins.counts if not done[marketplace])  # type: ignore[index]  # a Marketplace is its name


def _answered(evidence: Evidence, book: Book) -> Iterator[str]:
    yield from (f"no answer to {text}" for text in evidence.intake.unanswered)
    yield from evidence.intake.odd
    yield from (f"{wish.asked} {wish.subject} of {wish.tenant}" for wish in evidence.intake.wishes if not _is_in_journal(wish, book))


def _is_in_journal(wish: Wish, book: Book) -> bool:
    """Done, or refused as a fact. A cancel of what is cancelled is a quiet no-op."""
    if wish.asked is Asked.CANCEL_BATCH and wish.subject in book.cancelled:
        return True
    for ledger in book.ledgers:
        if wish.subject in ledger.refused or (wish.request_id or "") in book.request_ids:
            return True
        if wish.asked is Asked.BATCH and (batch := ledger.batches.get(wish.subject)) is not None:
            return batch.items == wish.items or f"{wish.subject}/0" in ledger.refused
        job = ledger.jobs.get(wish.subject)
        if job is not None and (wish.asked is Asked.JOB or (wish.asked is Asked.CANCEL and job.end is JobStatus.CANCELLED)):
            return True
    return False


def _ended(_: Evidence, book: Book) -> Iterator[str]:
    jobs = ((name, job) for ledger in book.ledgers for name, job in ledger.jobs.items())
    yield from (f"job {name} of {job.account}: {job.running or 'nothing'} under way" for name, job in jobs if job.end is None)
    batches = ((name, batch) for ledger in book.ledgers for name, batch in ledger.batches.items())
    yield from (f"batch {name}" for name, batch in batches if not batch.ended)


def _effect_once(evidence: Evidence, _: Book) -> Iterator[str]:
    counts = evidence.stand_ins.counts.items()
    yield from (f"{marketplace} has {found['duplicates']} things twice" for marketplace, found in counts if found["duplicates"])


def _effect_there(evidence: Evidence, book: Book) -> Iterator[str]:
    done = Counter(str(job.account[1]) for ledger in book.ledgers for job in ledger.jobs.values() if job.end is JobStatus.COMPLETED)
    for marketplace, found in evidence.stand_ins.counts.items():
        if found["listings"] < done[marketplace]:
            yield f"{marketplace} has {found['listings']} listings of {done[marketplace]} completed jobs"


def _journal(evidence: Evidence, book: Book) -> Iterator[str]:
    yield from book.broken
    for journal in evidence.journal.values():
        for recorded in journal:
            try:
                check_outcome(recorded.message, evidence.outcomes.get(recorded.envelope.cause or ""))
            except BrokenError as fault:
                yield str(fault)


def _live(evidence: Evidence, book: Book) -> Iterator[str]:
    yield from (f"an orchestrator said {told.checksum} of shard {told.shard} at {dict(told.positions)}" for told in book.untold)
    last = {told.shard for told in evidence.told}
    yield from (f"nobody told of shard {shard}" for shard in evidence.journal if shard not in last)


def _rows(evidence: Evidence, book: Book) -> Iterator[str]:
    for (shard, journal), ledger in zip(evidence.journal.items(), book.ledgers, strict=True):
        end = journal[-1].offset + 1 if journal else 0
        if evidence.rows.positions.get(shard, 0) < end:
            yield f"they are at {evidence.rows.positions.get(shard, 0)} of shard {shard}, whose journal ends at {end}"
        try:
            check_rows(journal, ledger)
        except (BrokenError, LookupError) as fault:
            yield str(fault)
    yield from (f"{count} rows of {table} differ" for table, count in evidence.rows.differences.items() if count)


def _letters(evidence: Evidence, _: Book) -> Iterator[str]:
    yield from (f"{letter.origin}: {letter.reason}" for letter in evidence.letters)


CHECKS: Sequence[tuple[Promise, Callable[[Evidence, Book], Iterable[str]]]] = (
    (Promise.FIRED, _fired),
    (Promise.COVERED, _covered),
    (Promise.HEALED, _healed),
    (Promise.PEACE, _peace),
    (Promise.CARRIED, _carried),
    (Promise.ANSWERED, _answered),
    (Promise.ENDED, _ended),
    (Promise.EFFECT_ONCE, _effect_once),
    (Promise.EFFECT_THERE, _effect_there),
    (Promise.JOURNAL, _journal),
    (Promise.LIVE, _live),
    (Promise.ROWS, _rows),
    (Promise.LETTERS, _letters),
)
