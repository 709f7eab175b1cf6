"""The bridge on real Kafka and PostgreSQL, with a stand-in browser and a stand-in flea: what is asked is done once, and what is not known is said."""

import asyncio
import json
import signal
from contextlib import AsyncExitStack, suppress
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path

import httpx
from pydantic import SecretStr

from hawker.contracts.failures import FailureKind
from hawker.contracts.listings import Image, Product, Variant
from hawker.contracts.outcomes import AccountThrottled, PluginConnected, PluginDisconnected, TaskFailed, TaskSucceeded
from hawker.contracts.plugin import CloseCode
from hawker.contracts.words import Marketplace, Result
from hawker.postgres.pool import open_pool
from hawker.postgres.settings import PostgresSettings
from hawker.worker.http import http_client
from hawker.worker.links import Links
from orchestrator.plans.flea import publish
from plugin_bridge.plugin.devices import Device, Devices
from sandbox.faults import Fault, FaultKind
from tests.integration.plugin_bridge.street import PATIENCE_SECONDS, Street, command, first, form, free_port, python, until

CHAIR = Product(
    handle="chair",
    title="A chair",
    variants=(Variant(sku="chair-oak", price=Decimal("49.90"), quantity=2),),
    images=tuple(Image(url=f"https://pictures.example/chair-{number}.jpg", position=number) for number in (1, 2)),
)

ATTEMPTS_MAX = 3


async def test_a_product_becomes_a_published_listing_through_the_sellers_browser(street: Street) -> None:
    device, token = await street.pair()
    async with street.bridge(), street.browser(device, token):
        here = await street.connected(device)
        results: dict[str, Result] = {"product": CHAIR.model_dump(mode="json")}
        for position, task in enumerate(publish(CHAIR)):
            asked = command(task.operation, device, picked(task.picks, results), position=position, kind=task.kind)
            told = await street.do(asked, here)
            assert isinstance(told, TaskSucceeded), told
            results[task.name] = told.result
    [listing] = street.listings
    assert (listing["state"], listing["handle"], listing["account"]) == ("published", "chair", "tenant-1-main")
    assert [photo["position"] for photo in listing["photos"]] == [1, 2]
    assert street.duplicates == 0
    async with await open_pool(PostgresSettings(dsn=SecretStr(street.database))) as pool:
        assert await Links(pool).find("tenant-1", Marketplace.FLEA, "main", "chair") == listing["listing_id"]


def picked(picks: object, results: dict[str, Result]) -> Result:
    """As the orchestrator picks: a path into the product or an earlier result, a tuple of paths gives a list."""
    assert isinstance(picks, dict)
    return {name: [at(one, results) for one in path] if isinstance(path, tuple) else at(path, results) for name, path in picks.items()}


def at(path: str, results: dict[str, Result]) -> object:
    found: object = results
    for step in path.split("."):
        found = found[int(step)] if isinstance(found, list) else found[step]  # type: ignore[index]  # JSON by its path
    return found


async def test_without_a_browser_the_task_waits_for_one_and_is_then_done(street: Street) -> None:
    device, token = await street.pair()
    first_attempt, second = (command("flea.create_listing", device, form(), attempt=attempt) for attempt in (1, 2))
    async with street.bridge():
        await street.ask(first_attempt)
        told = await street.outcome(first_attempt)
        assert isinstance(told, TaskFailed)
        assert told.failure.kind is FailureKind.NOT_CONNECTED
        async with street.browser(device, token):
            here = await street.connected(device)
            assert isinstance(await street.do(second, here), TaskSucceeded)
    assert len(street.listings) == 1


async def test_a_browser_of_another_tenant_never_gets_the_command(street: Street) -> None:
    device, token = await street.pair()
    async with street.bridge(), street.browser(device, token):
        here = await street.connected(device)
        told = await street.do(command("flea.create_listing", device, form(), tenant_id="tenant-2"), here)
    assert isinstance(told, TaskFailed)
    assert told.failure.kind is FailureKind.NOT_CONNECTED
    assert street.calls == {}


async def test_a_browser_with_a_wrong_token_or_origin_stays_outside(street: Street) -> None:
    device, token = await street.pair()
    async with street.bridge(), street.browser(device, token):
        here = await street.connected(device)
        async with (
            street.browser(device, SecretStr("wrong")) as stranger,
            street.browser(device, token, origin="https://evil.example") as page,
        ):
            assert await stranger is CloseCode.REFUSED
            assert isinstance(await street.do(command("flea.create_listing", device, form()), here), TaskSucceeded)
            assert not page.done()
        assert [type(one) for one in street.outcomes] == [PluginConnected, TaskSucceeded], "one browser was announced"


async def test_a_second_browser_with_the_same_credential_takes_over_and_the_first_is_told(street: Street) -> None:
    device, token = await street.pair()
    async with street.bridge(), street.browser(device, token) as older:
        await street.connected(device)
        async with street.browser(device, token):
            here = await street.connected(device, count=2)
            assert await older is CloseCode.SUPERSEDED
            assert isinstance(await street.do(command("flea.create_listing", device, form()), here), TaskSucceeded)


async def test_a_browser_killed_after_the_ack_leaves_the_task_unknown_and_the_next_attempt_adopts(street: Street) -> None:
    device, token = await street.pair()
    street.sandbox.faults.plan(Fault(marketplace="flea", operation="create_listing", kind=FaultKind.TIMEOUT_AFTER_EFFECT, delay_seconds=60))
    asked, again = (command("flea.create_listing", device, form(), attempt=attempt, look_first=attempt > 1) for attempt in (1, 2))
    async with street.bridge():
        async with street.browser_process(device, token) as browser:
            here = await street.connected(device)
            await street.ask(asked, here.partition)
            await until(lambda: street.listings)
            browser.kill()
            told = await street.outcome(asked)
        assert isinstance(told, TaskFailed)
        assert told.failure.kind is FailureKind.UNKNOWN
        async with street.browser(device, token):
            adopted = await street.do(again, await street.connected(device, count=2))
    [listing] = street.listings
    assert isinstance(adopted, TaskSucceeded)
    assert adopted.result == {"listing_id": listing["listing_id"]}
    assert street.calls["create_listing"] == 1


async def test_a_browser_that_comes_back_with_its_memory_says_that_it_was_interrupted(street: Street, tmp_path: Path) -> None:
    device, token = await street.pair()
    street.sandbox.faults.plan(Fault(marketplace="flea", operation="create_listing", kind=FaultKind.TIMEOUT_AFTER_EFFECT, delay_seconds=60))
    asked = command("flea.create_listing", device, form())
    async with street.bridge():
        async with street.browser_process(device, token, HAWKER_BROWSER_STORAGE=str(tmp_path)) as browser:
            await street.ask(asked, (await street.connected(device)).partition)
            await until(lambda: street.listings)
            browser.kill()
            await browser.wait()
        async with street.browser_process(device, token, HAWKER_BROWSER_STORAGE=str(tmp_path)):
            told = await street.outcome(asked)
    assert isinstance(told, TaskFailed)
    assert told.failure.kind is FailureKind.UNKNOWN
    assert street.calls["create_listing"] == 1


async def test_a_bridge_killed_in_the_middle_is_asked_again_and_nothing_is_done_twice(street: Street) -> None:
    device, token = await street.pair()
    street.sandbox.faults.plan(Fault(marketplace="flea", operation="create_listing", kind=FaultKind.TIMEOUT_AFTER_EFFECT, delay_seconds=3))
    asked = command("flea.create_listing", device, form())
    async with street.browser(device, token):
        async with street.bridge_process() as bridge:
            await street.ask(asked, (await street.connected(device)).partition)
            await until(lambda: street.listings)
            bridge.kill()
            await bridge.wait()
        async with street.bridge_process():
            told = await street.outcome(asked)
            if isinstance(
                told, TaskFailed
            ):  # The browser took longer to come back than a task waits for it: the orchestrator asks again then.
                assert told.failure.kind is FailureKind.NOT_CONNECTED
                again = command("flea.create_listing", device, form(), attempt=2, look_first=True)
                told = await street.do(again, await street.connected(device, count=2))
    assert isinstance(told, TaskSucceeded), told
    assert told.result == {"listing_id": street.listings[0]["listing_id"]}
    assert street.calls["create_listing"] == 1


async def test_a_challenge_stops_the_task_and_is_shown_to_the_seller(street: Street) -> None:
    device, token = await street.pair()
    street.sandbox.faults.plan(Fault(marketplace="flea", operation="create_listing", kind=FaultKind.CHALLENGE))
    async with street.bridge(), street.browser(device, token):
        told = await street.do(command("flea.create_listing", device, form()), await street.connected(device))
    assert isinstance(told, TaskFailed)
    assert told.failure.kind is FailureKind.REJECTED
    assert "person" in told.failure.reason
    assert (street.listings, street.calls["create_listing"]) == ([], 1)


async def test_a_throttled_browser_slows_its_whole_account(street: Street) -> None:
    device, token = await street.pair()
    street.sandbox.faults.plan(Fault(marketplace="flea", operation="find_listing", kind=FaultKind.THROTTLE, retry_after_seconds=7))
    async with street.bridge(), street.browser(device, token):
        told = await street.do(command("flea.create_listing", device, form()), await street.connected(device))
    assert isinstance(told, TaskFailed)
    assert (told.failure.kind, told.failure.retry_after_seconds) == (FailureKind.THROTTLED, 7)
    assert first(street.outcomes, AccountThrottled).account_id == "main"


async def test_a_seller_who_is_logged_out_is_told_and_goes_on_after_logging_in(street: Street) -> None:
    device, token = await street.pair()
    street.sandbox.faults.plan(Fault(marketplace="flea", operation="sell_form", kind=FaultKind.INVALID_TOKEN))
    async with street.bridge(), street.browser(device, token):
        here = await street.connected(device)
        told = await street.do(command("flea.create_listing", device, form()), here)
        assert isinstance(told, TaskFailed)
        assert told.failure.kind is FailureKind.UNAUTHORISED
        await until(lambda: street.sandbox.desks["flea"].counts.by_operation["login"] == 2)
        assert isinstance(await street.do(command("flea.create_listing", device, form(), attempt=2), here), TaskSucceeded)


async def test_told_to_stop_the_bridge_lets_what_runs_end_says_who_left_and_exits_with_0(street: Street) -> None:
    device, token = await street.pair()
    street.sandbox.faults.plan(Fault(marketplace="flea", operation="create_listing", kind=FaultKind.LATENCY, delay_seconds=1))
    asked = command("flea.create_listing", device, form())
    async with street.browser(device, token), street.bridge_process() as bridge:
        here = await street.connected(device)
        await street.ask(asked, here.partition)
        await until(lambda: street.calls.get("create_listing"))
        bridge.send_signal(signal.SIGTERM)
        assert await bridge.wait() == 0
        assert isinstance(await street.outcome(asked), TaskSucceeded)
        await until(lambda: any(isinstance(one, PluginDisconnected) and one.epoch == here.epoch for one in street.outcomes))


async def test_when_a_second_bridge_takes_partitions_every_browser_is_still_reached(street: Street) -> None:
    devices = [await street.pair(account_id=f"account-{number}") for number in range(4)]
    async with AsyncExitStack() as open_for_all:
        await open_for_all.enter_async_context(street.bridge())
        for device, token in devices:
            await open_for_all.enter_async_context(street.browser(device, token))
        for device, _ in devices:
            await street.connected(device)
        second = free_port()
        await open_for_all.enter_async_context(street.bridge(second))
        await ready(second)
        told = [await until_reached(street, device) for device, _ in devices]
    assert all(isinstance(one, TaskSucceeded) for one in told), told
    assert len(street.listings) == 4


async def ready(port: int) -> None:
    """Has partitions of its own."""
    async with http_client(f"http://127.0.0.1:{port}") as client, asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(httpx.TransportError):
                if (await client.get("/readyz")).status_code == HTTPStatus.OK:
                    return
            await asyncio.sleep(0.05)


async def until_reached(street: Street, device: Device) -> TaskSucceeded | TaskFailed:
    """As the orchestrator does: where nobody was there, the next attempt goes where the browser was last announced."""
    attempt = 1
    while True:
        asked = command("flea.create_listing", device, form(), attempt=attempt, job_id=f"job-of-{device.account_id}")
        told = await street.do(asked, await street.connected(device))
        if isinstance(told, TaskSucceeded) or told.failure.kind is not FailureKind.NOT_CONNECTED or attempt == ATTEMPTS_MAX:
            return told
        attempt += 1


async def test_a_device_is_paired_from_the_command_line_seen_once_and_revoked(street: Street) -> None:
    settings = {"HAWKER_POSTGRES_DSN": street.database}
    place = ("devices", "pair", "--tenant", "tenant-1", "--account", "main", "--marketplace", "flea")
    async with python("plugin_bridge", *place, **settings) as pairing:
        printed, _ = await pairing.communicate()
    shown = json.loads(printed)
    async with await open_pool(PostgresSettings(dsn=SecretStr(street.database))) as pool:
        devices = Devices(pool)
        token = SecretStr(shown["token"])
        assert await devices.recognise(shown["device_id"], token) == Device(shown["device_id"], "tenant-1", "main", Marketplace.FLEA)
        assert await devices.recognise(shown["device_id"], SecretStr("another")) is None
        assert shown["token"] not in str(await pool.fetch("select devices::text from devices"))
        async with python("plugin_bridge", "devices", "revoke", "--device", shown["device_id"], **settings) as revoking:
            assert await revoking.wait() == 0
        assert await devices.recognise(shown["device_id"], token) is None
        assert await devices.revoked([shown["device_id"], "never paired"]) == {shown["device_id"], "never paired"}
