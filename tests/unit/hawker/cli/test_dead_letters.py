"""`hawker dead-letters`: what is asked of the gateway, what is told of it, and how it ends."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from hawker.cli.dead_letters.moments import parse
from hawker.contracts.dead_letters import SELECTION_LETTERS_MAX
from tests.unit.hawker.cli.stage import Stage, page, problem

ORIGIN = "hawker.outcomes/3/1742#1"
LETTER = {
    "origin": ORIGIN,
    "tenant_id": "demo",
    "job_id": "job-1",
    "reason": "the decider raised KeyError at decide.py:17",
    "topic": "hawker.outcomes",
    "type": "hawker.task.succeeded.v1",
    "event_id": "job-1:0:1:outcome",
    "at": "2026-01-01T10:00:00Z",
    "state": "waiting",
    "value_bytes": 24,
    "is_cut": False,
    "stays": None,
    "closed_by": None,
    "closed_at": None,
    "request_id": None,
}
WHOLE = LETTER | {
    "partition": 0,
    "offset": 7,
    "key": "demo",
    "headers": [{"name": "ce_type", "value": "hawker.task.succeeded.v1", "base64": None}],
    "value": {"tenant_id": "demo"},
    "value_base64": None,
    "kept_bytes": 24,
}
LIST = "GET /v1/dead-letters"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def handled(*results: tuple[str, str, str | None]) -> httpx.Response:
    said = [{"origin": origin, "result": result, "reason": reason} for origin, result, reason in results]
    return httpx.Response(200, json={"results": said, "more": False})


def posts(stage: Stage) -> list[tuple[str, Any]]:  # Any: JSON
    return [(one.url.path, json.loads(one.content)) for one in stage.requests if one.method == "POST"]


def test_what_waits_is_listed_with_why_and_how_many_there_are(stage: Stage) -> None:
    stage.answers[LIST] = page(LETTER, waiting=3, redriven=2)
    result = stage.run("dead-letters", "list")
    assert result.exit_code == 0
    for word in (ORIGIN, "job-1", "KeyError", "demo", "3 waiting, 2 redriven"):
        assert word in result.stdout
    assert dict(stage.requests[0].url.params) == {"state": "waiting", "limit": "20"}


def test_filters_go_to_the_gateway(stage: Stage) -> None:
    stage.answers[LIST] = page()
    filters = ["--job", "j", "--topic", "t", "--type", "y", "--reason", "no such key", "--since", "2026-01-01T00:00Z"]
    result = stage.run("dead-letters", "list", "--all", *filters, "--until", "2026-02-01T00:00:00+01:00", "--limit", "5", "--json")
    assert json.loads(result.stdout) == {"items": [], "next_cursor": None, "totals": {}}
    assert dict(stage.requests[0].url.params) == {
        "job_id": "j",
        "topic": "t",
        "type": "y",
        "reason": "no such key",
        "since": "2026-01-01T00:00:00Z",
        "until": "2026-02-01T00:00:00+01:00",
        "limit": "5",
    }


def test_one_letter_is_shown_whole(stage: Stage) -> None:
    stage.answers[f"GET /v1/dead-letters/{ORIGIN}"] = httpx.Response(200, json=WHOLE | {"stays": "it is a command"})
    result = stage.run("dead-letters", "show", ORIGIN)
    assert result.exit_code == 0
    for word in ("KeyError", "ce_type", '"tenant_id": "demo"', "would be refused: it is a command", "24 bytes"):
        assert word in result.stdout
    assert b"%2F3%2F1742%231" in stage.requests[0].url.raw_path


def test_bytes_that_are_no_json_are_shown_as_base64_and_a_cut_is_named(stage: Stage) -> None:
    cut = {"value": None, "value_base64": "/w==", "is_cut": True, "value_bytes": 700_000, "kept_bytes": 1}
    stage.answers[f"GET /v1/dead-letters/{ORIGIN}"] = httpx.Response(200, json=WHOLE | cut)
    result = stage.run("dead-letters", "show", ORIGIN)
    assert "/w== (base64)" in result.stdout
    assert "700000 bytes, of which 1 are kept" in result.stdout


@pytest.mark.parametrize(("verb", "word"), [("redrive", "redriven"), ("discard", "discarded")])
def test_named_letters_are_handled_and_each_has_its_result(stage: Stage, verb: str, word: str) -> None:
    stage.answers[f"POST /v1/dead-letters/{verb}"] = handled((ORIGIN, word, None), ("a/0/1", f"already {word}", f"{word} by ann"))
    result = stage.run("dead-letters", verb, ORIGIN, "a/0/1", "--json")
    assert result.exit_code == 0
    assert posts(stage) == [(f"/v1/dead-letters/{verb}", {"origins": [ORIGIN, "a/0/1"]})]
    assert [one["result"] for one in json.loads(result.stdout)["results"]] == [word, f"already {word}"]


def test_a_refusal_is_told_with_its_reason_and_in_the_exit_status(stage: Stage) -> None:
    stage.answers["POST /v1/dead-letters/redrive"] = handled((ORIGIN, "redriven", None), ("a/0/1", "refused", "it is a command"))
    result = stage.run("dead-letters", "redrive", ORIGIN, "a/0/1")
    assert result.exit_code == 1
    assert "it is a command" in result.stdout
    assert "1 redriven, 1 refused" in result.stdout


def test_a_filter_means_what_waits_and_the_oldest_goes_first(stage: Stage) -> None:
    stage.answers[LIST] = page(LETTER, LETTER | {"origin": "older/0/1"})
    stage.answers["POST /v1/dead-letters/redrive"] = handled((ORIGIN, "redriven", None))
    assert stage.run("dead-letters", "redrive", "--job", "job-1").exit_code == 0
    assert dict(stage.requests[0].url.params) == {"state": "waiting", "job_id": "job-1", "limit": "100"}
    assert posts(stage) == [("/v1/dead-letters/redrive", {"origins": ["older/0/1", ORIGIN]})]


def test_a_filter_that_fits_nothing_asks_for_nothing(stage: Stage) -> None:
    stage.answers[LIST] = page()
    result = stage.run("dead-letters", "discard", "--reason", "x")
    assert (result.exit_code, "No letter fits." in result.stdout) == (0, True)
    assert posts(stage) == []


def test_all_is_not_done_before_somebody_said_yes(stage: Stage) -> None:
    stage.answers[LIST] = page(LETTER)
    stage.answers["POST /v1/dead-letters/discard"] = handled((ORIGIN, "discarded", None))
    asked = stage.run("dead-letters", "discard", "--all")
    assert asked.exit_code == 4
    assert "Discard 1 letter?" in asked.stderr
    assert "--yes" in asked.stderr
    assert posts(stage) == []
    assert stage.run("dead-letters", "discard", "--all", "--yes").exit_code == 0
    assert posts(stage) == [("/v1/dead-letters/discard", {"origins": [ORIGIN]})]


@pytest.mark.parametrize("arguments", [(), ("a/0/1", "--all"), ("a/0/1", "--job", "j"), ("--all", "--reason", "x"), ("--since", "soon")])
@pytest.mark.parametrize("verb", ["redrive", "discard"])
def test_which_letters_is_said_in_one_way(stage: Stage, verb: str, arguments: tuple[str, ...]) -> None:
    assert stage.run("dead-letters", verb, *arguments).exit_code == 2
    assert stage.requests == []


def test_many_letters_go_in_as_many_calls_as_it_takes_and_those_that_went_along_are_not_sent_again(stage: Stage) -> None:
    origins = [f"t/0/{number}" for number in range(SELECTION_LETTERS_MAX + 2)]
    first = [(origin, "redriven", None) for origin in [*origins[:SELECTION_LETTERS_MAX], origins[-1]]]
    stage.answers["POST /v1/dead-letters/redrive"] = [handled(*first), handled((origins[-2], "redriven", None))]
    result = stage.run("dead-letters", "redrive", *origins, "--json")
    assert [len(body["origins"]) for _, body in posts(stage)] == [SELECTION_LETTERS_MAX, 1]
    assert len(json.loads(result.stdout)["results"]) == len(origins)


def test_parked_jobs_are_listed_with_what_to_do_about_each(stage: Stage) -> None:
    parked = [{"tenant_id": "demo", "job_id": f"job-{count}", "reason": "a timer broke", "letters_waiting": count} for count in (0, 2)]
    stage.answers["GET /v1/parked-jobs"] = httpx.Response(200, json={"items": parked, "more": False})
    result = stage.run("dead-letters", "parked")
    assert "unpark job-0" in result.stdout
    assert "redrive or discard --job job-2" in result.stdout
    stage.answers["GET /v1/parked-jobs"] = httpx.Response(200, json={"items": []})
    assert "No job is parked." in stage.run("dead-letters", "parked").stdout


def test_a_parked_job_without_letters_is_let_go(stage: Stage) -> None:
    stage.answers["POST /v1/parked-jobs/job-1/unpark"] = httpx.Response(202, json={"request_id": "r", "location": "/v1/jobs/job-1"})
    result = stage.run("dead-letters", "unpark", "job-1", "--json")
    assert json.loads(result.stdout) == {"asked": "unpark", "kind": "job", "ids": ["job-1"]}


def test_a_role_that_may_not_is_told_which_may(stage: Stage) -> None:
    stage.answers[LIST] = problem(403, "Your role does not allow it", "A seller handles no dead letters.")
    result = stage.run("dead-letters", "list")
    assert result.exit_code == 6
    assert "operators" in result.stderr


def test_on_the_local_stack_the_operators_token_is_used(stage: Stage) -> None:
    (stage.folder / ".hawker").mkdir()
    (stage.folder / ".hawker" / "stack.json").write_text(
        json.dumps({"api_url": "http://gateway.test", "token_file": "token", "operator_token_file": "operator"})
    )
    (stage.folder / ".hawker" / "token").write_text("a.b.c")
    (stage.folder / ".hawker" / "operator").write_text("op.er.ator")
    stage.environ = {}
    stage.answers[LIST] = page()
    stage.run("dead-letters", "list")
    assert stage.requests[0].headers["authorization"] == "Bearer op.er.ator"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90s", NOON - timedelta(seconds=90)),
        ("15m", NOON - timedelta(minutes=15)),
        ("2h", NOON - timedelta(hours=2)),
        ("7d", NOON - timedelta(days=7)),
        ("2026-11-24T12:00Z", NOON),
        ("2026-11-24T13:00+01:00", NOON),
        ("soon", None),
        ("2w", None),
        ("", None),
        ("999999d", None),
    ],
)
def test_a_moment_is_a_date_or_how_long_ago(text: str, moment: datetime | None) -> None:
    assert parse(text, NOON) == moment


def test_a_moment_without_a_zone_is_the_wall_clocks() -> None:
    found = parse("2026-11-24T12:00", NOON)
    assert found is not None
    assert found.replace(tzinfo=None) == NOON.replace(tzinfo=None)
    assert found.tzinfo is not None
