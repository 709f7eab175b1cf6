"""Topics as code: their names, settings and who may use them. `python -m hawker.kafka topics` makes a cluster match."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hawker.contracts.limits import MESSAGE_BYTES_MAX
from hawker.contracts.words import Marketplace

_DAY_MS = 24 * 3600 * 1000
RECORD_BYTES_MAX = MESSAGE_BYTES_MAX + 64 * 1024
"""A record is a message, its key and its headers."""


class Lane(StrEnum):
    """A way from the orchestrator to one kind of worker."""

    EBAY = "ebay"
    ETSY = "etsy"
    PLUGIN = "plugin"


LANES: Mapping[Marketplace, Lane] = {
    Marketplace.EBAY: Lane.EBAY,
    Marketplace.ETSY: Lane.ETSY,
    Marketplace.FLEA: Lane.PLUGIN,
}


@dataclass(frozen=True, slots=True)
class TopicSpec:
    name: str
    retention_ms: int
    """-1 keeps for ever."""
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    sharded: bool = False
    """Sharded topics have the same number of partitions and the tenant id as key."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The names of one installation's topics, all under `prefix`."""

    prefix: str = "hawker"

    @property
    def requests(self) -> str:
        return f"{self.prefix}.requests"

    @property
    def outcomes(self) -> str:
        return f"{self.prefix}.outcomes"

    @property
    def journal(self) -> str:
        return f"{self.prefix}.journal"

    @property
    def dead_letters(self) -> str:
        return f"{self.prefix}.dead-letters"

    def commands(self, lane: Lane) -> str:
        return f"{self.prefix}.commands.{lane}"

    def group(self, service: str) -> str:
        return f"{self.prefix}.{service}"

    def transactional_id(self, partition: int) -> str:
        return f"{self.prefix}.shard.{partition}"

    def specs(self) -> tuple[TopicSpec, ...]:
        workers = ("ebay-worker", "etsy-worker", "plugin-bridge")
        return (
            TopicSpec(self.requests, 14 * _DAY_MS, ("api-gateway", "any internal service"), ("orchestrator",), sharded=True),
            TopicSpec(self.outcomes, 14 * _DAY_MS, workers, ("orchestrator",), sharded=True),
            TopicSpec(self.journal, -1, ("orchestrator",), ("orchestrator", "projections", "anyone"), sharded=True),
            *(TopicSpec(self.commands(lane), 2 * _DAY_MS, ("orchestrator",), (f"{lane} worker",)) for lane in Lane),
            TopicSpec(self.dead_letters, 30 * _DAY_MS, ("anyone",), ("operators",)),
        )
