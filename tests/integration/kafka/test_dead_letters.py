"""Dead letters keep what came, and say where from and why."""

from hawker.contracts.limits import MESSAGE_BYTES_MAX
from hawker.contracts.recorded import Undecodable
from hawker.kafka import client
from hawker.kafka.dead_letters import DeadLetters
from hawker.kafka.inbox import KafkaInbox
from hawker.kafka.settings import KafkaSettings
from tests.integration.kafka import log


async def _letters(kafka: KafkaSettings) -> list[client.Record]:
    return await log.records_of(kafka, kafka.topics.dead_letters)


async def test_a_letter_keeps_key_value_and_headers_and_adds_origin_and_reason(kafka: KafkaSettings) -> None:
    async with log.publishing(kafka) as publisher:
        await DeadLetters(publisher, kafka.topics.dead_letters).put(
            key=b"acme", value=b"\xff\x00", headers=[("ce_id", b"1"), ("odd", b"\xfe")], origin="hawker.requests/3/14", reason="not JSON"
        )
    [letter] = await _letters(kafka)
    assert (letter.key, letter.value) == (b"acme", b"\xff\x00")
    assert list(letter.headers)[:2] == [("ce_id", b"1"), ("odd", b"\xfe")]
    added = dict(list(letter.headers)[2:])
    assert (added["hawker-origin"], added["hawker-reason"]) == (b"hawker.requests/3/14", b"not JSON")
    assert b"+00:00" in added["hawker-dead-at"]


async def test_a_letter_that_is_put_again_shows_the_same_origin(kafka: KafkaSettings) -> None:
    async with log.publishing(kafka) as publisher:
        letters = DeadLetters(publisher, kafka.topics.dead_letters)
        for _ in range(2):
            await letters.put(key=None, value=None, headers=[], origin="hawker.requests/0/0", reason="no value")
    assert [log.headers_of(letter)["hawker-origin"] for letter in await _letters(kafka)] == ["hawker.requests/0/0"] * 2


async def test_what_an_inbox_could_not_read_becomes_a_letter_as_it_came(kafka: KafkaSettings) -> None:
    inbox = KafkaInbox(kafka, 0)
    async with log.publishing(kafka) as publisher:
        key = log.tenant_of(0).encode()
        await (await publisher.write(kafka.topics.requests, key=key, value=b"rubbish", headers=[("ce_id", b"1")]))
        await inbox.seek({})
        [recorded] = await inbox.take(1, 20)
        await inbox.close()
        assert isinstance(recorded.message, Undecodable)
        await DeadLetters(publisher, kafka.topics.dead_letters).put_recorded(recorded)  # type: ignore[arg-type]  # narrowed a line above
    [letter] = await _letters(kafka)
    assert (letter.key, letter.value) == (key, b"rubbish")
    assert log.headers_of(letter)["hawker-origin"] == f"{kafka.topics.requests}/0/0"
    assert "ce_type" in log.headers_of(letter)["hawker-reason"]


async def test_a_value_and_headers_of_any_size_still_find_their_place(kafka: KafkaSettings) -> None:
    headers = [("first", b"kept"), ("huge", log.noise(500_000)), ("last", b"beyond the limit")]
    async with log.publishing(kafka) as publisher:
        await DeadLetters(publisher, kafka.topics.dead_letters).put(
            key=b"acme", value=log.noise(3_000_000), headers=headers, origin="hawker.requests/0/1", reason="x" * 100_000
        )
    [letter] = await _letters(kafka)
    assert letter.value is not None
    assert len(letter.value) == MESSAGE_BYTES_MAX
    added = log.headers_of(letter)
    assert added["first"] == "kept"
    assert "huge" not in added
    assert added["hawker-value-bytes"] == "3000000"
    assert len(added["hawker-reason"]) == 1000
