"""Where inputs go that are not for a shard to decide: to the shard that owns their tenant, or to the dead letters."""

from hawker.contracts.codec import encode
from hawker.contracts.envelope import Envelope, to_headers
from hawker.contracts.outcomes import Outcome
from hawker.contracts.recorded import Recorded, Undecodable
from hawker.contracts.requests import Request
from hawker.kafka.dead_letters import DeadLetters
from hawker.kafka.producer import Publisher
from orchestrator.core.decide import Input


class KafkaOutbox:
    def __init__(self, publisher: Publisher, dead_letters: DeadLetters) -> None:
        self._publisher = publisher
        self._dead_letters = dead_letters

    async def forward(self, recorded: Recorded[Input]) -> None:
        """Under the right key now; its id stays, so that a repeat is known."""
        message = recorded.message
        assert not isinstance(message, Undecodable), "what cannot be read has no tenant to go to"
        written = await self._publisher.write(
            recorded.topic, key=message.tenant_id.encode(), value=encode(message), headers=to_headers(recorded.envelope)
        )
        await written

    async def dead_letter(self, recorded: Recorded[Input], reason: str, *, subject: str | None, origin: str) -> None:
        """As it came: what could not be read keeps its own bytes and headers."""
        message = recorded.message
        raw = message if isinstance(message, Undecodable) else _raw(recorded.envelope, message)
        await self._dead_letters.put(key=raw.key, value=raw.value, headers=raw.headers, origin=origin, reason=reason, subject=subject)


def _raw(envelope: Envelope, message: Request | Outcome) -> Undecodable:
    return Undecodable(message.tenant_id.encode(), encode(message), tuple(to_headers(envelope)), reason="")
