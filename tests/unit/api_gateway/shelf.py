"""Dead letters in memory, and the log that they go back to: a double of what the gateway reads and writes about them."""

# ruff: noqa: ARG002 - a double takes all that its seam names
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from api_gateway.letters.bodies import LetterFilter, ParkedJobBody
from api_gateway.letters.letter import Letter, Raw, Raws
from api_gateway.letters.reads import Scope
from api_gateway.reads import Wanted
from hawker.contracts.codec import encode
from hawker.contracts.dead_letters import DeadLetterClosed, LetterState
from hawker.contracts.requests import JobUnparkRequested
from hawker.kafka.errors import Unavailable

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DEAD_LETTERS = "hawker.dead-letters"
VALUE = b'{"tenant_id": "demo"}'


@dataclass(frozen=True)
class Record:
    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass
class Shelf:
    """`letters` may be put and changed; `written` and `asked` say what came out, in order."""

    letters: dict[str, tuple[Letter, Raw]] = field(default_factory=dict)
    written: list[Record | JobUnparkRequested] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    sought: list[tuple[Scope, LetterFilter, LetterState | None]] = field(default_factory=list)
    jobs_parked: list[ParkedJobBody] = field(default_factory=list)
    writes_left: int = 1000
    """After so many writes the log is out of reach."""

    def put(
        self, origin: str, *, tenant: str | None = "demo", job: str | None = None, value: bytes | None = VALUE, key: bytes | None = b"demo"
    ) -> Letter:
        topic, number = origin.partition("/")[0], len(self.letters)
        letter = Letter(
            origin=origin,
            tenant_id=tenant,
            subject=job,
            reason="the decider raised KeyError",
            topic=topic,
            type="hawker.task.succeeded.v1",
            event_id=f"e-{number}",
            at=NOON + timedelta(seconds=number),
            partition=0,
            letter_offset=number,
            state=LetterState.WAITING,
            closed_by=None,
            closed_at=None,
            request_id=None,
            key=key,
            has_value=value is not None,
            value_bytes=len(value or b""),
            kept_bytes=len(value or b""),
        )
        self.letters[origin] = letter, Raw(key, [("x", b"1")], value)
        return letter

    def change(self, origin: str, **changes: object) -> None:
        letter, raw = self.letters[origin]
        self.letters[origin] = replace(letter, **changes), raw  # type: ignore[arg-type]  # a test changes what it names

    def closed(self) -> list[tuple[str, str]]:
        """Origins and what became of them, as the dead letters were told, in order."""
        records = [one for one in self.written if isinstance(one, Record) and one.topic == DEAD_LETTERS]
        said = [DeadLetterClosed.model_validate_json(record.value or b"") for record in records]
        return [(one.origin, one.how.value) for one in said]

    def project(self) -> None:
        """What the projector does with the closings."""
        for origin, how in self.closed():
            self.change(origin, state=LetterState(how), closed_by="ann")

    async def page(
        self, scope: Scope, wanted: Wanted, sought: LetterFilter, state: LetterState | None
    ) -> tuple[Sequence[Letter], dict[str, int]]:
        self.sought.append((scope, sought, state))
        seen = [letter for letter in reversed(self._seen(scope)) if state in {None, letter.state}]
        return seen[: wanted.limit + 1], {"waiting": len(seen)}

    async def waiting(self, scope: Scope, sought: LetterFilter, count_max: int) -> Sequence[str]:
        self.sought.append((scope, sought, LetterState.WAITING))
        return [letter.origin for letter in self._waiting(scope) if sought.job_id in {None, letter.subject}][:count_max]

    async def named(self, scope: Scope, origins: Collection[str]) -> Sequence[Letter]:
        return [letter for letter in self._seen(scope) if letter.origin in origins]

    async def of_job(self, scope: Scope, tenant_id: str, job_id: str, count_max: int) -> Sequence[Letter]:
        return [letter for letter in self._waiting(scope) if letter.job == (tenant_id, job_id)][:count_max]

    async def raw(self, scope: Scope, origins: Collection[str]) -> Raws:
        return {letter.origin: self.letters[letter.origin][1] for letter in self._seen(scope) if letter.origin in origins}

    async def parked(self, scope: Scope, job_id: str | None, count_max: int) -> Sequence[ParkedJobBody]:
        return [one for one in self.jobs_parked if job_id in {None, one.job_id} and scope.tenant in {None, one.tenant_id}][:count_max]

    async def publish(
        self, topic: str, key: str, message: BaseModel, *, id: str, traceparent: str | None = None, time: datetime | None = None
    ) -> None:
        assert isinstance(message, JobUnparkRequested)
        assert (topic, key) == ("hawker.requests", message.tenant_id)
        encode(message)
        self._take(message)
        self.ids.append(id)

    async def write(self, topic: str, *, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]) -> None:
        self._take(Record(topic, key, value, headers))

    def _take(self, what: Record | JobUnparkRequested) -> None:
        if self.writes_left == 0:
            raise Unavailable("the test says so")
        self.writes_left -= 1
        self.written.append(what)

    def _seen(self, scope: Scope) -> list[Letter]:
        return [letter for letter, _ in self.letters.values() if scope.tenant in {None, letter.tenant_id}]

    def _waiting(self, scope: Scope) -> list[Letter]:
        return [letter for letter in self._seen(scope) if letter.state is LetterState.WAITING]
