"""Letters redriven and discarded: what goes into the log, in which order, and what is said of each."""

import asyncio

import pytest

from api_gateway.letters.bodies import Handled, Selection, WaitingFilter
from api_gateway.letters.handling import GOES_ON, STAYS_PARKED, WENT_ALONG, Handler, Handling
from api_gateway.letters.reads import Scope
from api_gateway.problems import Problem
from hawker.contracts.dead_letters import SELECTION_LETTERS_MAX
from hawker.contracts.limits import MESSAGE_BYTES_MAX, PARKED_INPUTS_MAX
from hawker.contracts.requests import JobUnparkRequested
from hawker.contracts.topics import Topics
from tests.unit.api_gateway.shelf import Record, Shelf

OPERATOR = Handler("olga", Scope(None))
ADMIN = Handler("ann", Scope("demo"))
IN, OUT, COMMAND = "hawker.requests/0/1", "hawker.outcomes/0/7", "hawker.commands.ebay/0/3"


def of(shelf: Shelf) -> Handling:
    return Handling(shelf, shelf, Topics(), shown_seconds_max=0)


def picked(*origins: str) -> Selection:
    return Selection(origins=origins)


def said(handled: Handled) -> dict[str, str]:
    return {one.origin: one.result for one in handled.results}


def unparked(shelf: Shelf) -> JobUnparkRequested:
    (found,) = [one for one in shelf.written if isinstance(one, JobUnparkRequested)]
    return found


async def test_one_letter_takes_all_of_its_job_with_it_in_order_and_as_one_request(shelf: Shelf) -> None:
    shelf.put(IN, job="job-1", value=b'{"tenant_id": "demo", "n": 1}')
    shelf.put("hawker.outcomes/0/5", job="another")
    shelf.put(OUT, job="job-1", value='{"tenant_id": "demo", "n": "é"}'.encode())
    handled = await of(shelf).redrive(ADMIN, picked(OUT))
    assert [(one.origin, one.result, one.reason) for one in handled.results] == [(IN, "redriven", WENT_ALONG), (OUT, "redriven", None)]
    assert isinstance(shelf.written[0], JobUnparkRequested), "the request goes first: without it the closings would be lies"
    request = unparked(shelf)
    assert (request.tenant_id, request.job_id) == ("demo", "job-1")
    assert [(one.origin, one.value) for one in request.inputs] == [
        (IN, '{"tenant_id": "demo", "n": 1}'),
        (OUT, '{"tenant_id": "demo", "n": "é"}'),
    ]
    assert shelf.closed() == [(IN, "redriven"), (OUT, "redriven")]


async def test_a_closing_lies_on_its_letters_own_partition(shelf: Shelf) -> None:
    shelf.put(IN, key=b"\xff")
    shelf.put(OUT, key=None)
    await of(shelf).discard(OPERATOR, picked(IN, OUT))
    assert [one.key for one in shelf.written if isinstance(one, Record)] == [b"\xff", OUT.encode()]


async def test_a_letter_of_no_job_goes_back_as_it_came(shelf: Shelf) -> None:
    shelf.put(IN, tenant=None, value=b"\xff\x00", key=None)
    handled = await of(shelf).redrive(OPERATOR, picked(IN))
    assert said(handled) == {IN: "redriven"}
    assert shelf.written[0] == Record("hawker.requests", None, b"\xff\x00", [("x", b"1")])
    assert shelf.closed() == [(IN, "redriven")]


async def test_redriving_twice_is_a_quiet_no_op(shelf: Shelf) -> None:
    shelf.put(IN, job="job-1")
    await of(shelf).redrive(ADMIN, picked(IN))
    await of(shelf).redrive(OPERATOR, picked(IN))  # Before the projector has seen the first closing.
    assert shelf.ids[0] == shelf.ids[1], "the orchestrator knows the second by the first's id"
    shelf.project()
    told = len(shelf.written)
    handled = await of(shelf).redrive(ADMIN, picked(IN))
    assert [(one.result, one.reason) for one in handled.results] == [("already redriven", "redriven by ann")]
    assert len(shelf.written) == told


async def test_a_crash_between_the_request_and_the_closings_leaves_the_letters_waiting_and_is_repaired_by_saying_it_again(
    shelf: Shelf,
) -> None:
    shelf.put(IN, job="job-1")
    shelf.put(OUT, job="job-1")
    shelf.writes_left = 2  # The request and one closing.
    with pytest.raises(Problem) as fault:
        await of(shelf).redrive(ADMIN, picked(IN))
    assert fault.value.status == 503
    shelf.writes_left = 100
    assert said(await of(shelf).redrive(ADMIN, picked(IN))) == {IN: "redriven", OUT: "redriven"}
    assert len(set(shelf.ids)) == 1


async def test_a_crash_that_was_seen_by_the_projector_redrives_only_what_still_waits(shelf: Shelf) -> None:
    shelf.put(IN, job="job-1")
    shelf.put(OUT, job="job-1")
    shelf.writes_left = 2
    with pytest.raises(Problem):
        await of(shelf).redrive(ADMIN, picked(IN))
    shelf.project()
    shelf.writes_left = 100
    assert said(await of(shelf).redrive(ADMIN, picked(IN, OUT))) == {IN: "already redriven", OUT: "redriven"}


@pytest.mark.parametrize(
    ("origin", "changes", "why"),
    [
        (COMMAND, {}, "command"),
        ("hawker.journal/0/1", {}, "only hawker.requests and hawker.outcomes"),
        ("hawker.dead-letters/0/1", {}, "only hawker.requests and hawker.outcomes"),
        ("somebody.elses/0/1", {}, "only hawker.requests and hawker.outcomes"),
        (IN, {"value_bytes": 700_000}, "cut"),
        (IN, {"key": None, "has_value": False}, "neither a key nor a value"),
    ],
)
async def test_what_cannot_be_redriven_is_refused_with_the_reason_and_can_be_discarded(
    shelf: Shelf, origin: str, changes: dict[str, object], why: str
) -> None:
    shelf.put(origin)
    shelf.change(origin, **changes)
    (refused,) = (await of(shelf).redrive(OPERATOR, picked(origin))).results
    assert refused.result == "refused"
    assert why in (refused.reason or "")
    assert shelf.written == []
    assert said(await of(shelf).discard(OPERATOR, picked(origin))) == {origin: "discarded"}


async def test_one_letter_that_cannot_go_keeps_its_jobs_others(shelf: Shelf) -> None:
    shelf.put(IN, job="job-1")
    shelf.put(OUT, job="job-1")
    shelf.change(OUT, value_bytes=700_000)
    handled = await of(shelf).redrive(ADMIN, picked(IN))
    assert said(handled) == {IN: "refused", OUT: "refused"}
    assert all(OUT in (one.reason or "") for one in handled.results)
    assert shelf.written == []
    await of(shelf).discard(ADMIN, picked(OUT))
    shelf.project()
    assert said(await of(shelf).redrive(ADMIN, picked(IN))) == {IN: "redriven"}


async def test_a_job_with_more_letters_than_one_request_carries_stays(shelf: Shelf) -> None:
    for number in range(PARKED_INPUTS_MAX + 1):
        shelf.put(f"hawker.outcomes/0/{number}", job="job-1")
    handled = await of(shelf).redrive(ADMIN, picked("hawker.outcomes/0/0"))
    assert {one.result for one in handled.results} == {"refused"}
    assert shelf.written == []


async def test_requests_too_large_to_be_carried_follow_the_unparking_on_their_own_topic(shelf: Shelf) -> None:
    large = b'{"tenant_id": "demo", "text": "' + b"x" * (MESSAGE_BYTES_MAX // 2) + b'"}'
    shelf.put(IN, job="job-1", value=large)
    shelf.put("hawker.requests/0/2", job="job-1", value=large)
    handled = await of(shelf).redrive(ADMIN, picked(IN))
    assert set(said(handled).values()) == {"redriven"}
    assert unparked(shelf).inputs == ()
    assert [one.value for one in shelf.written[1:3] if isinstance(one, Record)] == [large, large]


async def test_outcomes_too_large_to_be_carried_stay(shelf: Shelf) -> None:
    for number in range(2):
        shelf.put(f"hawker.outcomes/0/{number}", job="job-1", value=b"x" * (MESSAGE_BYTES_MAX // 2))
    handled = await of(shelf).redrive(ADMIN, picked("hawker.outcomes/0/0"))
    assert {one.result for one in handled.results} == {"refused"}
    assert shelf.written == []


async def test_a_job_whose_letters_are_all_discarded_goes_on_without_them(shelf: Shelf) -> None:
    shelf.put(IN, job="job-1")
    shelf.put(OUT, job="job-1")
    handled = await of(shelf).discard(ADMIN, picked(IN, OUT))
    assert [(one.result, one.reason) for one in handled.results] == [("discarded", GOES_ON)] * 2
    assert unparked(shelf).inputs == ()
    assert shelf.closed() == [(IN, "discarded"), (OUT, "discarded")]


async def test_a_job_stays_parked_while_another_letter_of_it_waits(shelf: Shelf) -> None:
    shelf.put(IN, job="job-1")
    shelf.put(OUT, job="job-1")
    handled = await of(shelf).discard(ADMIN, picked(IN))
    assert [(one.result, one.reason) for one in handled.results] == [("discarded", STAYS_PARKED)]
    assert not any(isinstance(one, JobUnparkRequested) for one in shelf.written)
    shelf.project()
    assert said(await of(shelf).redrive(ADMIN, picked(OUT))) == {OUT: "redriven"}
    assert [one.origin for one in unparked(shelf).inputs] == [OUT]


async def test_two_discards_at_one_time_are_repaired_by_a_third(shelf: Shelf) -> None:
    shelf.put(IN, job="job-1")
    shelf.put(OUT, job="job-1")
    await of(shelf).discard(ADMIN, picked(IN))
    await of(shelf).discard(ADMIN, picked(OUT))  # It still sees the first one waiting.
    assert not any(isinstance(one, JobUnparkRequested) for one in shelf.written)
    shelf.project()
    assert said(await of(shelf).discard(ADMIN, picked(IN))) == {IN: "already discarded"}
    assert unparked(shelf).inputs == ()


async def test_a_discard_said_again_lets_no_job_go_whose_other_letters_wait(shelf: Shelf) -> None:
    shelf.put(IN, job="job-1")
    shelf.put(OUT, job="job-1")
    for _ in range(2):
        await of(shelf).discard(ADMIN, picked(IN))
        shelf.project()
    assert not any(isinstance(one, JobUnparkRequested) for one in shelf.written)


async def test_what_was_done_shows_when_it_is_answered(shelf: Shelf) -> None:
    shelf.put(IN)
    asyncio.get_running_loop().call_later(0.2, shelf.project)
    await Handling(shelf, shelf, Topics(), shown_seconds_max=20).discard(ADMIN, picked(IN))
    assert shelf.letters[IN][0].state == "discarded"


async def test_what_was_redriven_cannot_be_discarded_any_more_and_the_other_way_round(shelf: Shelf) -> None:
    shelf.put(IN)
    shelf.put(OUT)
    await of(shelf).redrive(ADMIN, picked(IN))
    await of(shelf).discard(ADMIN, picked(OUT))
    shelf.project()
    assert said(await of(shelf).discard(ADMIN, picked(IN, OUT))) == {IN: "refused", OUT: "already discarded"}
    assert said(await of(shelf).redrive(ADMIN, picked(IN, OUT))) == {IN: "already redriven", OUT: "refused"}


async def test_another_tenants_letter_is_no_letter(shelf: Shelf) -> None:
    shelf.put(IN, tenant="other", job="job-1")
    shelf.put(OUT, tenant=None)
    handled = await of(shelf).redrive(ADMIN, picked(IN, OUT, "nothing"))
    assert {(one.origin, one.result, one.reason) for one in handled.results} == {
        (origin, "refused", "there is no such letter") for origin in (IN, OUT, "nothing")
    }
    assert shelf.written == []


async def test_of_two_tenants_with_one_job_id_only_the_one_that_was_meant_goes(shelf: Shelf) -> None:
    shelf.put(IN, tenant="demo", job="job-1")
    shelf.put(OUT, tenant="other", job="job-1", key=b"other")
    assert said(await of(shelf).redrive(OPERATOR, picked(OUT))) == {OUT: "redriven"}
    assert unparked(shelf).tenant_id == "other"


async def test_a_filter_handles_the_oldest_and_says_that_there_are_more(shelf: Shelf) -> None:
    for number in range(SELECTION_LETTERS_MAX + 1):
        shelf.put(f"hawker.requests/0/{number}")
    handled = await of(shelf).discard(OPERATOR, Selection(filter=WaitingFilter(all=True)))
    assert (len(handled.results), handled.more) == (SELECTION_LETTERS_MAX, True)
    shelf.project()
    handled = await of(shelf).discard(OPERATOR, Selection(filter=WaitingFilter(all=True)))
    assert (said(handled), handled.more) == ({f"hawker.requests/0/{SELECTION_LETTERS_MAX}": "discarded"}, False)


async def test_a_letter_named_twice_is_handled_once(shelf: Shelf) -> None:
    shelf.put(IN)
    assert len((await of(shelf).redrive(OPERATOR, picked(IN, IN))).results) == 1
    assert len(shelf.closed()) == 1
