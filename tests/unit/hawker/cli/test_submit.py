"""`hawker submit`: what is sent, what is shown, how it ends."""

import json

import httpx
import pytest

from tests.unit.hawker.cli.stage import BATCH, JOB, Stage, page, problem

PENDING = BATCH | {"status": "pending", "progress": {"total": 2}, "ended_at": None}
RUNNING = PENDING | {"status": "running", "progress": {"total": 2, "running": 2}}
PARTLY = BATCH | {"status": "partially_failed", "progress": {"total": 2, "completed": 1, "failed": 1, "percent": 100}}
GOOD = ("pot,Pot,5", "cup,Cup,6")


def test_a_catalogue_is_sent_as_one_batch(stage: Stage) -> None:
    stage.answers["POST /v1/batches"] = httpx.Response(202, json=PENDING)
    result = stage.run("submit", stage.csv(*GOOD), "--marketplace", "ebay", "--priority", "1", "--account", "second", "--currency", "EUR")
    assert result.exit_code == 0
    assert "batch-1" in result.stdout
    sent = stage.sent(0)
    assert (sent["marketplace"], sent["action"], sent["account"], sent["priority"]) == ("ebay", "publish", "second", 1)
    assert [(product["handle"], product["currency"]) for product in sent["products"]] == [("pot", "EUR"), ("cup", "EUR")]


@pytest.mark.parametrize(
    ("end", "status"),
    [(BATCH, 0), (PARTLY, 1), (BATCH | {"status": "failed"}, 1), (BATCH | {"status": "cancelled"}, 1)],
)
def test_watched_it_ends_with_0_only_if_everything_completed(stage: Stage, end: dict[str, object], status: int) -> None:
    stage.answers |= {
        "POST /v1/batches": httpx.Response(202, json=PENDING),
        "GET /v1/batches/batch-1": [httpx.Response(200, json=seen) for seen in (PENDING, RUNNING, end)],
        "GET /v1/jobs": page(JOB),
    }
    result = stage.run("submit", stage.csv(*GOOD), "--marketplace", "ebay", "--watch")
    assert result.exit_code == status
    if end is PARTLY:
        assert "The price is missing" in result.stdout


def test_json_is_one_document_on_stdout_whatever_else_is_said(stage: Stage) -> None:
    stage.answers |= {
        "POST /v1/batches": httpx.Response(202, json=PENDING),
        "GET /v1/batches/batch-1": httpx.Response(200, json=BATCH),
    }
    result = stage.run("submit", stage.csv("pot,Pot,5", "cup,Cup,x"), "--marketplace", "ebay", "--skip-bad-rows", "--watch", "--json")
    told = json.loads(result.stdout)
    assert list(told) == ["batch", "failures", "product_count", "left_out", "fault_count", "faults", "notes"]
    assert told["batch"] == {**BATCH, "reason": None}
    assert (told["product_count"], told["left_out"], told["fault_count"]) == (1, ["cup"], 1)
    assert told["faults"][0]["line"] == 3
    assert told["faults"][0]["column"] == "Variant Price"
    assert told["faults"][0]["file"].endswith("products.csv")
    assert result.exit_code == 1, "a product was left out"


def test_a_faulty_file_sends_nothing_and_tells_file_line_column_and_what_to_do(stage: Stage) -> None:
    path = stage.csv("pot,Pot,5", "cup,,6", "jug,Jug,12 Euro")
    result = stage.run("submit", path, "--marketplace", "ebay")
    assert result.exit_code == 3
    assert not stage.requests
    said = " ".join(result.stderr.split())
    assert "products.csv, line 3, column 'Title': the product has no title." in said
    assert "products.csv, line 4, column 'Variant Price': '12 Euro' is no price. Write a number" in said
    assert "Nothing was sent." in said
    assert "--skip-bad-rows" in said
    assert result.stdout == ""


def test_with_skip_bad_rows_the_rest_is_sent_and_the_left_out_are_named(stage: Stage) -> None:
    stage.answers["POST /v1/batches"] = httpx.Response(202, json=PENDING)
    result = stage.run("submit", stage.csv("pot,Pot,5", "cup,,6"), "--marketplace", "ebay", "--skip-bad-rows")
    assert [product["handle"] for product in stage.sent(0)["products"]] == ["pot"]
    assert "Left out, because of these rows: cup." in result.stderr
    assert result.exit_code == 1


def test_rows_that_belong_to_no_product_are_missed_too(stage: Stage) -> None:
    stage.answers["POST /v1/batches"] = httpx.Response(202, json=PENDING)
    result = stage.run("submit", stage.csv("pot,Pot,5", ",Cup,6"), "--marketplace", "ebay", "--skip-bad-rows")
    assert "rows without a handle" in result.stderr
    assert result.exit_code == 1


def test_with_skip_bad_rows_and_no_good_one_nothing_is_sent(stage: Stage) -> None:
    assert stage.run("submit", stage.csv("cup,,6"), "--marketplace", "ebay", "--skip-bad-rows").exit_code == 3
    assert not stage.requests


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04", "Excel workbook"),
        (b'{"a": 1}', "JSON"),
        ("Handle,Title,Variant Price\ncup,Café,6".encode("latin-1"), "line 2, column 'Title': the text is not UTF-8"),
        (b",".join(b"c%d" % n for n in range(10_000)), "10,000 columns"),
        (b"Handle,Titel\n", "column 'Title': this column is missing. Did you mean it by 'Titel'"),
    ],
)
def test_what_is_no_catalogue_is_told_in_a_sentence(stage: Stage, content: bytes, words: str) -> None:
    path = stage.folder / "odd.csv"
    path.write_bytes(content)
    result = stage.run("submit", str(path), "--marketplace", "etsy", "--json")
    assert result.exit_code == 3
    assert words in " ".join(result.stderr.split())
    assert json.loads(result.stdout)["batch"] is None


@pytest.mark.parametrize(("name", "words"), [("absent.csv", "no such file"), (".", "this is a folder")])
def test_a_path_that_leads_nowhere_is_told_in_a_sentence(stage: Stage, name: str, words: str) -> None:
    result = stage.run("submit", f"{stage.folder}/{name}", "--marketplace", "etsy")
    assert result.exit_code == 3
    assert words in " ".join(result.stderr.split())


def test_a_submit_that_broke_off_says_how_to_continue_it(stage: Stage) -> None:
    stage.answers["POST /v1/batches"] = httpx.ConnectError("refused")
    result = stage.run("submit", stage.csv(*GOOD), "--marketplace", "ebay", "--key", "spring")
    assert result.exit_code == 5
    assert "Cannot reach Hawker at http://gateway.test" in result.stderr
    assert "--key spring" in " ".join(result.stderr.split())
    assert {request.headers["idempotency-key"] for request in stage.requests} == {"spring"}


def test_a_refusal_is_told_with_its_reason(stage: Stage) -> None:
    stage.answers["POST /v1/batches"] = problem(422, "The request cannot be read", "products.0.title: too long")
    result = stage.run("submit", stage.csv(*GOOD), "--marketplace", "ebay", "--json")
    assert result.exit_code == 4
    assert json.loads(result.stdout)["error"]["title"] == "The request cannot be read"
    assert json.loads(result.stdout)["error"]["status"] == 422
    assert "products.0.title" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--marketplace", "amazon"],
        [],
        ["--marketplace", "ebay", "--priority", "9"],
        ["--marketplace", "ebay", "--action", "sell"],
        ["--marketplace", "ebay", "--currency", "dollars"],
    ],
)
def test_a_wrong_command_line_is_a_2(stage: Stage, arguments: list[str]) -> None:
    assert stage.run("submit", stage.csv(*GOOD), *arguments).exit_code == 2
    assert not stage.requests
