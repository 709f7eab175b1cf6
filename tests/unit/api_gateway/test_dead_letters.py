"""/v1/dead-letters: who may, what a selection must say, and what is answered."""

from collections.abc import Callable

import httpx
import pytest

from api_gateway.letters.bodies import ParkedJobBody
from hawker.contracts.requests import JobUnparkRequested
from tests.unit.api_gateway.shelf import Shelf

PATH = "/v1/dead-letters"
ORIGIN = "hawker.requests/0/1#2"
NAMED = {"origins": [ORIGIN]}
type AsRole = Callable[..., httpx.AsyncClient]


@pytest.mark.parametrize("role", ["seller", "viewer"])
async def test_sellers_and_viewers_see_no_letter_and_are_told_who_does(as_role: AsRole, shelf: Shelf, role: str) -> None:
    shelf.put(ORIGIN)
    client = as_role(role)
    answers = [
        await client.get(PATH),
        await client.get(f"{PATH}/{ORIGIN.replace('#', '%23')}"),
        await client.post(f"{PATH}/redrive", json=NAMED),
        await client.post(f"{PATH}/discard", json=NAMED),
    ]
    for answer in answers:
        assert answer.status_code == 403
        assert role in answer.json()["detail"]
        assert "operator" in answer.json()["advice"]
    assert shelf.written == []


async def test_an_admin_sees_the_tenants_own_letters_and_an_operator_all(as_role: AsRole, shelf: Shelf) -> None:
    shelf.put("hawker.requests/0/1", tenant="demo")
    shelf.put("hawker.requests/0/2", tenant="other")
    shelf.put("hawker.requests/0/3", tenant=None)
    seen = {}
    for role in ("admin", "operator"):
        items = (await as_role(role).get(PATH)).json()["items"]
        seen[role] = [(item["origin"], item["tenant_id"]) for item in items]
    assert seen["admin"] == [("hawker.requests/0/1", "demo")]
    assert [tenant for _, tenant in seen["operator"]] == [None, "other", "demo"]


async def test_an_operator_asks_for_no_work(as_role: AsRole) -> None:
    assert (await as_role("operator").post("/v1/jobs/job-1/cancel")).status_code == 403


async def test_a_letter_is_found_by_its_origin_whatever_signs_that_has(as_role: AsRole, shelf: Shelf) -> None:
    shelf.put(ORIGIN)
    for path in ("hawker.requests/0/1%232", "hawker.requests%2F0%2F1%232"):
        found = await as_role("admin").get(f"{PATH}/{path}")
        assert (found.status_code, found.json()["origin"]) == (200, ORIGIN)
    assert (await as_role("admin", "other").get(f"{PATH}/hawker.requests/0/1%232")).status_code == 404


async def test_filters_reach_the_reads(as_role: AsRole, shelf: Shelf) -> None:
    query = "state=waiting&job_id=j&topic=t&type=y&reason=KeyError&since=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00Z&limit=3"
    assert (await as_role("admin").get(f"{PATH}?{query}")).status_code == 200
    ((_, sought, state),) = shelf.sought
    said = sought.model_dump(mode="json", exclude={"state"})
    assert (state, list(said.values())) == ("waiting", ["j", "t", "y", "KeyError", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"])


@pytest.mark.parametrize(
    "query",
    [
        "state=gone",
        "since=yesterday",
        "since=2026-01-01T00:00:00",
        "since=0001-01-01T00:00:00%2B23:00",
        "reason=%00",
        "limit=0",
        "cursor=x",
    ],
)
async def test_a_filter_that_is_none_is_not_valid(as_role: AsRole, query: str) -> None:
    assert (await as_role("admin").get(f"{PATH}?{query}")).status_code == 422


@pytest.mark.parametrize(
    "selection",
    [
        {},
        {"origins": []},
        {"origins": [ORIGIN], "filter": {"all": True}},
        {"filter": {}},
        {"filter": {"all": False}},
        {"filter": {"all": True, "reason": "x"}},
        {"filter": {"resaon": "x"}},
        {"origins": ["\x00"]},
        {"origins": [str(number) for number in range(201)]},
    ],
)
@pytest.mark.parametrize("verb", ["redrive", "discard"])
async def test_a_selection_says_which_letters_it_means(as_role: AsRole, shelf: Shelf, verb: str, selection: object) -> None:
    shelf.put(ORIGIN)
    assert (await as_role("operator").post(f"{PATH}/{verb}", json=selection)).status_code == 422
    assert shelf.written == []


@pytest.mark.parametrize(("verb", "result"), [("redrive", "redriven"), ("discard", "discarded")])
async def test_the_answer_has_a_result_for_each_letter(as_role: AsRole, shelf: Shelf, verb: str, result: str) -> None:
    shelf.put(ORIGIN)
    answer = await as_role("admin").post(f"{PATH}/{verb}", json={"filter": {"all": True}}, headers={"Idempotency-Key": "k"})
    assert answer.json() == {"results": [{"origin": ORIGIN, "result": result, "reason": None}], "more": False}
    assert shelf.closed() == [(ORIGIN, result)]


async def test_nothing_is_answered_as_done_while_the_log_is_away(as_role: AsRole, shelf: Shelf) -> None:
    shelf.put(ORIGIN)
    shelf.writes_left = 0
    answer = await as_role("admin").post(f"{PATH}/redrive", json=NAMED)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


def park(shelf: Shelf, job_id: str, *, tenant: str = "demo", letters: int = 0) -> None:
    shelf.jobs_parked.append(ParkedJobBody(tenant_id=tenant, job_id=job_id, reason="a timer broke", letters_waiting=letters))


async def test_a_job_that_no_letter_speaks_of_is_found_and_let_go(as_role: AsRole, shelf: Shelf) -> None:
    park(shelf, "job-1")
    park(shelf, "job-2", tenant="other")
    assert [job["job_id"] for job in (await as_role("admin").get("/v1/parked-jobs")).json()["items"]] == ["job-1"]
    assert len((await as_role("operator").get("/v1/parked-jobs")).json()["items"]) == 2
    answers = [await as_role("operator").post("/v1/parked-jobs/job-2/unpark", headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert [(one.tenant_id, one.job_id, one.inputs) for one in shelf.written if isinstance(one, JobUnparkRequested)] == [
        ("other", "job-2", ())
    ] * 2
    assert shelf.ids[0] == shelf.ids[1] == answers[0].json()["request_id"]


async def test_a_job_whose_letters_wait_goes_on_by_these(as_role: AsRole, shelf: Shelf) -> None:
    park(shelf, "job-1", letters=2)
    refused = await as_role("admin").post("/v1/parked-jobs/job-1/unpark")
    assert (refused.status_code, "Redrive or discard" in refused.json()["advice"]) == (409, True)
    assert (await as_role("admin").post("/v1/parked-jobs/job-2/unpark")).status_code == 404
    assert (await as_role("seller").post("/v1/parked-jobs/job-1/unpark")).status_code == 403
    assert shelf.written == []


async def test_the_document_names_the_roles_and_the_problems(anonymous: httpx.AsyncClient) -> None:
    paths = (await anonymous.get("/v1/openapi.json")).json()["paths"]
    assert {"401", "403", "422", "503"} <= set(paths[f"{PATH}/redrive"]["post"]["responses"])
    names = [parameter["name"] for parameter in paths[PATH]["get"]["parameters"]]
    assert len(names) == len(set(names))
    assert {"state", "job_id", "topic", "type", "reason", "since", "until", "limit", "cursor"} <= set(names)
