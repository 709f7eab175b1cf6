"""A worker's consumer outlives what its client does to itself, and still ends when it is told to."""

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]  # it ships no types
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # the same

from hawker.worker.runner import PatientConsumer


def consumer(monkeypatch: pytest.MonkeyPatch, future: asyncio.Future[Any]) -> PatientConsumer:
    async def getmany(*_: object, **__: object) -> object:
        return await future

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", getmany)
    monkeypatch.setattr(AIOKafkaConsumer, "__del__", lambda _: None, raising=False)  # It was never begun.
    return PatientConsumer.__new__(PatientConsumer)


async def test_a_future_that_the_client_cancels_is_an_error_of_kafka_and_not_our_end(monkeypatch: pytest.MonkeyPatch) -> None:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.cancel()
    with pytest.raises(KafkaError):
        await consumer(monkeypatch, future).getmany()


async def test_who_is_told_to_end_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    polling = asyncio.create_task(consumer(monkeypatch, asyncio.get_running_loop().create_future()).getmany())
    await asyncio.sleep(0)
    polling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await polling
