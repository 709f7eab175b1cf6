"""A shop to hand to a handler, with everything in memory, and the commands to hand with it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from etsy_worker.handlers import HANDLERS
from etsy_worker.handlers.shop import Shop
from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure, FailureKind
from hawker.contracts.listings import Listing
from hawker.contracts.words import Marketplace, Result, TaskKind
from hawker.worker.pictures import Picture
from tests.unit.etsy_worker.examples import DEFAULTS, PROFILE
from tests.unit.etsy_worker.memory_etsy import MemoryEtsy

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class MemoryLinks:
    saved: dict[str, Listing] = field(default_factory=dict)
    away: bool = False

    async def find(self, tenant_id: str, marketplace: Marketplace, account_id: str, handle: str) -> str | None:
        found = self.saved.get(f"{tenant_id}/{marketplace}/{account_id}/{handle}")
        return found.listing_id if found else None

    async def save(self, tenant_id: str, marketplace: Marketplace, account_id: str, handle: str, listing: Listing) -> None:
        if self.away and listing.listing_id:
            raise OSError("the database went away")
        self.saved[f"{tenant_id}/{marketplace}/{account_id}/{handle}"] = listing


class MemoryPictures:
    def __init__(self) -> None:
        self.fetched: list[str] = []

    async def fetch(self, url: str) -> Picture | Failure:
        self.fetched.append(url)
        if "missing" in url:
            return Failure(kind=FailureKind.REJECTED, reason=f"The picture {url} is not there.")
        return Picture(b"\xff\xd8", "image/jpeg", "picture.jpg")


@dataclass
class Street:
    etsy: MemoryEtsy = field(default_factory=MemoryEtsy)
    links: MemoryLinks = field(default_factory=MemoryLinks)
    pictures: MemoryPictures = field(default_factory=MemoryPictures)

    def shop(self) -> Shop:
        return Shop(self.etsy.client(), PROFILE, DEFAULTS, self.links, self.pictures)

    async def carry_out(self, command: ExecuteTask) -> Result | Failure:
        return await HANDLERS[command.operation](command, self.shop())

    async def succeed(self, command: ExecuteTask) -> Result:
        answer = await self.carry_out(command)
        assert not isinstance(answer, Failure), answer
        return answer

    async def fail(self, command: ExecuteTask) -> Failure:
        answer = await self.carry_out(command)
        assert isinstance(answer, Failure), answer
        return answer

    def forget_links(self) -> None:
        self.links = replace(self.links, saved={})


def command(
    operation: str, /, *, attempt: int = 1, look_first: bool = False, job_id: str = "job-1", tenant_id: str = "demo", **given: object
) -> ExecuteTask:
    return ExecuteTask.model_validate(
        {
            "tenant_id": tenant_id,
            "account_id": "main",
            "marketplace": Marketplace.ETSY,
            "job_id": job_id,
            "position": 2,
            "attempt": attempt,
            "kind": TaskKind.DIRECT_HTTP,
            "operation": operation,
            "input": given,
            "look_first": look_first,
            "dispatched_at": NOON,
            "timeout_seconds": 30,
            "deadline": NOON + timedelta(hours=1),
        }
    )
