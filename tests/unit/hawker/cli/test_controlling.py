"""`hawker cancel|pause|resume|retry`: which request is made for which id."""

import json

import httpx
import pytest

from tests.unit.hawker.cli.stage import BATCH, JOB, Stage, page, problem


def posts(stage: Stage) -> list[str]:
    return [request.url.path for request in stage.requests if request.method == "POST"]


@pytest.mark.parametrize("control", ["cancel", "pause", "resume", "retry"])
def test_a_job_is_asked_by_its_id(stage: Stage, control: str) -> None:
    stage.answers |= {
        "GET /v1/batches": page(),
        "GET /v1/jobs/job-1": httpx.Response(200, json=JOB),
        f"POST /v1/jobs/job-1/{control}": httpx.Response(202, json=JOB),
    }
    result = stage.run(control, "job-1", "--json")
    assert result.exit_code == 0
    assert posts(stage) == [f"/v1/jobs/job-1/{control}"]
    assert json.loads(result.stdout) == {"asked": control, "kind": "job", "ids": ["job-1"]}


def test_a_batch_is_cancelled_as_a_whole(stage: Stage) -> None:
    stage.answers |= {
        "GET /v1/batches/batch-1": httpx.Response(200, json=BATCH),
        "POST /v1/batches/batch-1/cancel": httpx.Response(202, json=BATCH),
    }
    assert stage.run("cancel", "batch-1").exit_code == 0
    assert posts(stage) == ["/v1/batches/batch-1/cancel"]


def test_the_failed_jobs_of_a_batch_begin_again(stage: Stage) -> None:
    stage.answers |= {
        "GET /v1/batches/batch-1": httpx.Response(200, json=BATCH),
        "GET /v1/jobs": [page(JOB, JOB | {"id": "job-2"}), page(JOB | {"id": "job-3", "status": "expired"})],
        **{f"POST /v1/jobs/job-{number}/retry": httpx.Response(202, json=JOB) for number in (1, 2, 3)},
    }
    assert stage.run("retry", "batch-1").exit_code == 0
    assert posts(stage) == [f"/v1/jobs/job-{number}/retry" for number in (1, 2, 3)]


@pytest.mark.parametrize("control", ["pause", "resume"])
def test_a_batch_cannot_be_asked_for_what_only_jobs_can(stage: Stage, control: str) -> None:
    stage.answers["GET /v1/batches/batch-1"] = httpx.Response(200, json=BATCH)
    result = stage.run(control, "batch-1")
    assert result.exit_code == 4
    assert "hawker jobs --batch batch-1" in " ".join(result.stderr.split())
    assert posts(stage) == []


def test_a_refusal_tells_what_stands_in_the_way(stage: Stage) -> None:
    stage.answers |= {
        "GET /v1/batches": page(),
        "GET /v1/jobs/job-1": httpx.Response(200, json=JOB),
        "POST /v1/jobs/job-1/pause": problem(409, "The job cannot be paused", "It has failed."),
    }
    result = stage.run("pause", "job-1")
    assert result.exit_code == 4
    assert "The job cannot be paused: It has failed." in result.stderr
