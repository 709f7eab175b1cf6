"""The `hawker` command against a real gateway, from a seller's file to ended jobs."""

import json
from pathlib import Path

import pytest

from tests.integration.cli.conftest import CommandLine

pytestmark = [pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("cli")]

HEAD = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src"
GOOD = [
    "pot,Clay pot,Size,Small,POT-S,9.90,https://p.example/pot.jpg",
    "pot,,,Big,POT-B,14.90,",
    "cup,Cup,,,CUP,7,https://p.example/cup.jpg",
]
PRICELESS = "jug,Jug,,,JUG,,https://p.example/jug.jpg"


def write(folder: Path, *rows: str) -> str:
    path = folder / "products.csv"
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    return str(path)


async def test_a_sellers_file_becomes_jobs_that_can_be_watched_and_looked_at(hawker: CommandLine) -> None:
    submitted = await hawker("submit", write(hawker.folder, *GOOD), "--marketplace", "ebay", "--priority", "2", "--watch", "--json")
    assert submitted.status == 0, submitted.stderr
    batch = submitted.json["batch"]
    assert (batch["status"], batch["progress"]["completed"], batch["priority"]) == ("completed", 2, 2)

    assert (await hawker("batch", batch["id"][:8], "--json")).json["id"] == batch["id"]
    assert [each["id"] for each in (await hawker("batches", "--json")).json["items"]] == [batch["id"]]
    jobs = (await hawker("jobs", "--batch", batch["id"], "--json")).json["items"]
    assert {job["handle"] for job in jobs} == {"pot", "cup"}

    job = await hawker("job", jobs[0]["id"], "--json")
    assert job.status == 0
    assert {task["status"] for task in job.json["tasks"]} == {"success"}
    tasks = (await hawker("tasks", "--job", jobs[0]["id"], "--json")).json
    assert [task["name"] for task in tasks["items"]] == [task["name"] for task in job.json["tasks"]]

    shown = await hawker("batch", batch["id"])
    assert shown.status == 0
    assert "2 completed" in shown.stdout

    late = await hawker("cancel", batch["id"])
    assert late.status == 4
    assert "completed" in late.stderr


async def test_a_product_without_a_price_is_refused_with_a_reason_and_the_others_go_through(hawker: CommandLine) -> None:
    submitted = await hawker("submit", write(hawker.folder, *GOOD, PRICELESS), "--marketplace", "ebay", "--watch")
    assert submitted.status == 1
    assert "The product has no price." in submitted.stdout
    (failed,) = (await hawker("jobs", "--status", "failed", "--json")).json["items"]
    assert failed["handle"] == "jug"
    again = await hawker("retry", failed["id"], "--json")
    assert again.json == {"asked": "retry", "kind": "job", "ids": [failed["id"]]}


async def test_a_submit_repeated_with_its_key_does_nothing_twice(hawker: CommandLine) -> None:
    path = write(hawker.folder, *(f"pot-{number},Pot,,,POT-{number},5,https://p.example/pot.jpg" for number in range(101)))
    first = await hawker("submit", path, "--marketplace", "etsy", "--key", "spring-sale", "--watch", "--json")
    second = await hawker("submit", path, "--marketplace", "etsy", "--key", "spring-sale", "--watch", "--json")
    assert (first.status, second.status) == (0, 0), first.stderr + second.stderr
    assert first.json["batch"]["id"] == second.json["batch"]["id"]
    assert second.json["batch"]["progress"]["total"] == 101
    assert len((await hawker("batches", "--json")).json["items"]) == 1


async def test_doctor_says_who_the_token_is_for_and_strangers_get_one_sentence(hawker: CommandLine) -> None:
    well = await hawker("doctor", "--json")
    found = {finding["name"]: finding for finding in well.json["findings"]}
    assert found["Gateway"]["state"] == "ok"
    assert "for ann of tenant tenant-" in found["Token"]["detail"]

    stranger = await hawker("batches", "--json", HAWKER_TOKEN="e30.e30.c2ln")
    assert stranger.status == 6
    assert json.loads(stranger.stdout)["error"]["status"] == 401
    assert "HAWKER_TOKEN" in stranger.stderr

    nothing = await hawker("job", "no-such-job")
    assert nothing.status == 4
    assert "no-such-job" in nothing.stderr

    nobody = await hawker("doctor", "--json", HAWKER_API_URL="http://127.0.0.1:1")
    assert nobody.status == 1
