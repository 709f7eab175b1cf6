"""`hawker batches|batch|jobs|job|tasks`: what is shown, what machines read, how it ends."""

import json

import httpx
import pytest

from tests.unit.hawker.cli.stage import BATCH, JOB, TASK, Stage, page, problem

RUNNING = BATCH | {"status": "running", "ended_at": None}


def test_batches_are_listed(stage: Stage) -> None:
    stage.answers["GET /v1/batches"] = page(BATCH, BATCH | {"id": "batch-2", "status": "running"}, completed=1, running=1)
    result = stage.run("batches", "--marketplace", "ebay", "--status", "running", "--limit", "5")
    assert result.exit_code == 0
    assert "batch-1" in result.stdout
    assert "In all: 1 completed, 1 running" in result.stdout
    assert dict(stage.requests[0].url.params) == {"marketplace": "ebay", "status": "running", "limit": "5"}


@pytest.mark.parametrize(
    ("arguments", "path", "answer", "expected"),
    [
        (
            ["batches"],
            "/v1/batches",
            page(BATCH, completed=1),
            {"items": [BATCH | {"reason": None}], "next_cursor": None, "totals": {"completed": 1}},
        ),
        (["jobs"], "/v1/jobs", page(JOB), {"items": [JOB], "next_cursor": None, "totals": {}}),
        (["tasks"], "/v1/tasks", page(TASK), {"items": [TASK], "next_cursor": None, "totals": {}}),
        (["job", "job-1"], "/v1/jobs/job-1", httpx.Response(200, json=JOB), JOB),
        (["batch", "batch-1"], "/v1/batches/batch-1", httpx.Response(200, json=BATCH), BATCH | {"reason": None, "failures": []}),
    ],
)
def test_json_is_the_gateways_own_body(stage: Stage, arguments: list[str], path: str, answer: httpx.Response, expected: object) -> None:
    stage.answers[f"GET {path}"] = answer
    assert json.loads(stage.run(*arguments, "--json").stdout) == expected


def test_a_batch_shows_why_jobs_of_it_failed(stage: Stage) -> None:
    partly = BATCH | {"status": "partially_failed", "progress": {"total": 2, "completed": 1, "failed": 1}}
    stage.answers |= {"GET /v1/batches/batch-1": httpx.Response(200, json=partly), "GET /v1/jobs": page(JOB)}
    result = stage.run("batch", "batch-1")
    assert result.exit_code == 1
    assert "The price is missing" in result.stdout
    assert dict(stage.requests[1].url.params) == {"batch_id": "batch-1", "status": "failed", "limit": "1"}


@pytest.mark.parametrize(
    ("status", "exit_status"), [("completed", 0), ("running", 7), ("pending", 7), ("failed", 1), ("cancelled", 1), ("partially_failed", 1)]
)
def test_a_batchs_status_is_the_exit_status(stage: Stage, status: str, exit_status: int) -> None:
    stage.answers["GET /v1/batches/batch-1"] = httpx.Response(200, json=BATCH | {"status": status})
    assert stage.run("batch", "batch-1").exit_code == exit_status


@pytest.mark.parametrize(("status", "exit_status"), [("completed", 0), ("running", 7), ("paused", 7), ("failed", 1), ("expired", 1)])
def test_a_jobs_status_is_the_exit_status(stage: Stage, status: str, exit_status: int) -> None:
    stage.answers["GET /v1/jobs/job-1"] = httpx.Response(200, json=JOB | {"status": status})
    assert stage.run("job", "job-1").exit_code == exit_status


def test_a_batch_is_watched_to_its_end(stage: Stage) -> None:
    stage.answers["GET /v1/batches/batch-1"] = [httpx.Response(200, json=seen) for seen in (RUNNING, RUNNING, BATCH)]
    result = stage.run("batch", "batch-1", "--watch")
    assert result.exit_code == 0
    assert "2 of 2 ended, 2 completed, 0 failed" in result.stderr


def test_a_job_is_shown_with_its_tasks(stage: Stage) -> None:
    stage.answers["GET /v1/jobs/job-1"] = httpx.Response(200, json=JOB)
    shown = stage.run("job", "job-1").stdout
    assert "validate" in shown
    assert "The price is missing" in shown
    assert "12 ms" in shown


def test_tasks_of_a_job_are_asked_for_by_its_id(stage: Stage) -> None:
    stage.answers |= {"GET /v1/jobs/job-1": httpx.Response(200, json=JOB), "GET /v1/tasks": page(TASK)}
    assert stage.run("tasks", "--job", "job-1").exit_code == 0
    assert stage.requests[1].url.params["job_id"] == "job-1"


def test_what_sellers_write_is_text_and_never_markup(stage: Stage) -> None:
    stage.answers["GET /v1/jobs/job-1"] = httpx.Response(200, json=JOB | {"handle": "[bold]pot[/nothing]"})
    assert "[bold]pot[/nothing]" in stage.run("job", "job-1").stdout


def test_an_empty_list_says_so(stage: Stage) -> None:
    stage.answers["GET /v1/batches"] = page()
    assert "none yet" in stage.run("batches").stdout


def test_the_beginning_of_an_id_is_enough_where_it_is_the_only_one(stage: Stage) -> None:
    stage.answers |= {"GET /v1/batches": page(BATCH, BATCH | {"id": "other"}), "GET /v1/batches/batch-1": httpx.Response(200, json=BATCH)}
    assert "batch-1" in stage.run("batch", "bat").stdout


def test_a_beginning_that_several_ids_have_is_refused_with_them(stage: Stage) -> None:
    stage.answers["GET /v1/batches"] = page(BATCH, BATCH | {"id": "batch-2"})
    result = stage.run("batch", "bat")
    assert result.exit_code == 4
    assert "batch-1, batch-2" in result.stderr


def test_an_id_that_is_not_there_is_told(stage: Stage) -> None:
    stage.answers["GET /v1/batches"] = page()
    result = stage.run("batch", "nothing")
    assert result.exit_code == 4
    assert "Not found" in result.stderr


@pytest.mark.parametrize(
    ("answer", "exit_status", "words"),
    [
        (problem(401, "The token is out of date"), 6, "Take a fresh token"),
        (problem(403, "Viewers cannot do this"), 6, "role"),
        (httpx.ConnectError("refused"), 5, "make up"),
        (httpx.Response(200, text="<html>"), 5, "HAWKER_API_URL"),
        (problem(500, "Oops"), 4, "Try again"),
    ],
)
def test_what_goes_wrong_is_a_sentence_and_what_to_do(
    stage: Stage, answer: httpx.Response | httpx.TransportError, exit_status: int, words: str
) -> None:
    stage.answers["GET /v1/batches"] = answer
    result = stage.run("batches", "--json")
    assert result.exit_code == exit_status
    assert words in " ".join(result.stderr.split())
    assert json.loads(result.stdout)["error"]["title"]


def test_an_address_that_is_none_is_a_sentence_too(stage: Stage) -> None:
    stage.environ["HAWKER_API_URL"] = "gateway:8080"
    result = stage.run("batches")
    assert result.exit_code == 4
    assert "not a URL" in result.stderr
