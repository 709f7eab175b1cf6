"""Story builders for the deciders: short names for products, requests and outcomes, and a shard that is told what happens."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hawker.contracts.codec import encode
from hawker.contracts.commands import Command
from hawker.contracts.envelope import Envelope
from hawker.contracts.facts import Fact
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.listings import Image, Product, Variant
from hawker.contracts.outcomes import Outcome, TaskFailed, TaskSucceeded
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.contracts.requests import BatchItemsAdded, BatchRequested, JobRequested, JobUnparkRequested, ParkedInput, Request
from hawker.contracts.words import Action, Marketplace, Priority, Result
from orchestrator.core.apply import apply
from orchestrator.core.state import Shard
from orchestrator.core.turn import PutAside, Turn, take_turn
from orchestrator.shard.recover import cause_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TENANT = "demo"


def product(handle: str = "mug", *, images: int = 1, variants: int = 1) -> Product:
    return Product(
        handle=handle,
        title=handle.title(),
        description="A thing that is good to have.",
        option_names=("Size",) if variants > 1 else (),
        variants=tuple(_variant(handle, n, has_options=variants > 1) for n in range(1, variants + 1)),
        images=tuple(Image(url=f"https://pictures.example/{handle}-{n}.jpg", position=n) for n in range(1, images + 1)),
    )


def _variant(handle: str, number: int, *, has_options: bool) -> Variant:
    options = {"Size": f"No. {number}"} if has_options else {}
    return Variant(sku=f"{handle}-{number}", options=options, price=Decimal("9.50"), quantity=3)


def job_requested(job_id: str = "job-1", marketplace: Marketplace = Marketplace.EBAY, **changes: object) -> JobRequested:
    asked = JobRequested(
        tenant_id=TENANT,
        requested_at=NOON,
        job_id=job_id,
        account_id="main",
        marketplace=marketplace,
        action=Action.PUBLISH,
        product=product(),
    )
    return asked.model_copy(update=changes)


def batch_requested(batch_id: str = "batch-1", item_count: int = 2, **changes: object) -> BatchRequested:
    asked = BatchRequested(
        tenant_id=TENANT,
        requested_at=NOON,
        batch_id=batch_id,
        account_id="main",
        marketplace=Marketplace.EBAY,
        action=Action.PUBLISH,
        priority=Priority.NORMAL,
        item_count=item_count,
    )
    return asked.model_copy(update=changes)


def items_added(*handles: str, batch_id: str = "batch-1", sequence: int = 0) -> BatchItemsAdded:
    products = tuple(product(handle) for handle in handles)
    return BatchItemsAdded(tenant_id=TENANT, requested_at=NOON, batch_id=batch_id, sequence=sequence, products=products)


def result_for(operation: str) -> Result:
    """What a worker would leave behind: enough for every later step of every plan."""
    return {
        "items": [{"sku": f"s{n}"} for n in range(3)],
        "offers": [{"sku": f"s{n}"} for n in range(3)],
        "group": {"key": "g"},
        "draft": {},
        "inventory": {},
        "form": {},
        "sku": "s0",
        "group_key": "g",
        "offer_id": "o1",
        "listing_id": "l1",
        "url": f"https://shop.example/{operation}",
        "skus": ["s0"],
    }


def succeeded(command: Command, result: Result | None = None) -> TaskSucceeded:
    left = result_for(command.operation) if result is None else result
    return TaskSucceeded(
        tenant_id=command.tenant_id,
        job_id=command.job_id,
        position=command.position,
        attempt=command.attempt,
        waited_ms=1,
        took_ms=20,
        result=left,
    )


def failed(command: Command, kind: FailureKind = FailureKind.TRANSIENT, **more: object) -> TaskFailed:
    return TaskFailed(
        tenant_id=command.tenant_id,
        job_id=command.job_id,
        position=command.position,
        attempt=command.attempt,
        waited_ms=1,
        took_ms=20,
        failure=Failure.model_validate({"kind": kind, "reason": f"it was {kind}", **more}),
    )


def redrive(job_id: str, letters: Sequence[PutAside], request_id: str = "redrive") -> JobUnparkRequested:
    """An operator's word: meet these again, or go on without any."""
    inputs = tuple(_parked(letter.recorded.message, letter.origin) for letter in letters)
    return JobUnparkRequested(tenant_id=TENANT, requested_at=NOON, request_id=request_id, job_id=job_id, inputs=inputs)


def _parked(message: Request | Outcome | Undecodable, origin: str) -> ParkedInput:
    assert not isinstance(message, Undecodable), "what cannot be read is no input of a job"
    return ParkedInput(type=message.type_name, value=encode(message).decode(), origin=origin)


@dataclass
class Story:
    """A shard, its clock, and everything it has written so far."""

    shard: Shard = field(default_factory=Shard)
    now: datetime = NOON
    facts: list[Fact] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    _offset: int = 0

    def tell(self, *messages: Request | Outcome | Undecodable) -> "Story":
        return self.deliver([self.record(message) for message in messages])

    def record(self, message: Request | Outcome | Undecodable) -> Recorded[Request | Outcome | Undecodable]:
        name = getattr(message, "type_name", "")
        topic = "hawker.requests" if name in {"", *_REQUEST_NAMES} else "hawker.outcomes"
        self._offset += 1
        return Recorded(topic, 0, self._offset, Envelope(f"id-{self._offset}", name, "test", self.now), message)

    def deliver(self, inputs: Sequence[Recorded[Request | Outcome | Undecodable]], suspects: Collection[str] = ()) -> "Story":
        due = self.shard.timers.take_due(self.now, 1000)
        turn = take_turn(self.shard, inputs, due, self.now, "test", suspects=suspects)
        self.turns.append(turn)
        self.facts.extend(outgoing.message for outgoing in turn.facts)
        self.commands.extend(outgoing.message for outgoing in turn.commands)
        return self

    def wait(self, seconds: float) -> "Story":
        self.now += timedelta(seconds=seconds)
        return self.deliver([])

    def take_commands(self) -> list[Command]:
        taken, self.commands = self.commands, []
        return taken

    def work_through(self, turns_max: int = 100) -> "Story":
        """Every command succeeds until there is none left."""
        for _ in range(turns_max):
            if not (commands := self.take_commands()):
                return self
            self.tell(*(succeeded(command) for command in commands))
        raise AssertionError("work never ends")

    def names(self) -> list[str]:
        return [type(fact).__name__ for fact in self.facts]

    def letters(self) -> list[PutAside]:
        """All that went to the dead letters, in order."""
        return [letter for turn in self.turns for letter in turn.put_aside]

    def of[F](self, kind: type[F]) -> list[F]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def replayed(self) -> Shard:
        """The fold of everything written."""
        shard = Shard()
        for outgoing in self.written():
            apply(shard, outgoing[0], cause_of(outgoing[1]))
        return shard

    def written(self) -> Iterator[tuple[Fact, str | None]]:
        for turn in self.turns:
            for outgoing in turn.facts:
                yield outgoing.message, outgoing.envelope.cause


_REQUEST_NAMES = {model.type_name for model in Request.__value__.__args__}
