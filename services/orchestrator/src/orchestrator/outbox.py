"""Where inputs go that are not for a shard to decide: to the shard that owns their tenant, or to the dead letters."""

from hawker.contracts.envelope import Envelope, to_headers
from hawker.contracts.outcomes import Outcome
from hawker.contracts.recorded import Raw, Recorded, Undecodable
from hawker.contracts.requests import Request
from hawker.kafka.dead_letters import DeadLetters
from hawker.kafka.producer import Publisher
from orchestrator.core.decide import Input


class KafkaOutbox:
    def __init__(self, publisher: Publisher, dead_letters: DeadLetters) -> None:
        self._publisher = publisher
        self._dead_letters = dead_letters

    async def forward(self, recorded: Recorded[Input]) -> None:
        """The same value under the right key; its id stays, so that a repeat is known. Only the headers that we read go along: they have a limit."""
        message = recorded.message
        assert not isinstance(message, Undecodable), "what cannot be read has no tenant to go to"
        raw = recorded.raw or _raw(recorded.envelope, message)
        written = await self._publisher.write(
            recorded.topic, key=message.tenant_id.encode(), value=raw.value, headers=to_headers(recorded.envelope)
        )
        await written

    async def dead_letter(self, recorded: Recorded[Input], reason: str, *, subject: str | None, origin: str) -> None:
        """As it came."""
        message = recorded.message
        raw = message if isinstance(message, Undecodable) else recorded.raw or _raw(recorded.envelope, message)
        await self._dead_letters.put(key=raw.key, value=raw.value, headers=raw.headers, origin=origin, reason=reason, subject=subject)


def _raw(envelope: Envelope, message: Request | Outcome) -> Raw:
    """Of an input that a request carried: it is no record of its own. No limit is looked at, the letter has its own."""
    return Raw(message.tenant_id.encode(), message.model_dump_json().encode(), tuple(to_headers(envelope)))
