"""Messages that are valid and mean harm: each was found by fuzzing or by asking what the largest, latest and strangest of its kind does."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from hawker.contracts.codec import OUTCOMES, decode, encode
from hawker.contracts.facts import (
    AccountPaused,
    JobAccepted,
    JobFailed,
    OutcomeRefused,
    RequestRefused,
    TaskCompleted,
)
from hawker.contracts.failures import FailureKind
from hawker.contracts.limits import MESSAGE_BYTES_MAX, PRODUCT_IMAGES_MAX, PRODUCT_VARIANTS_MAX
from hawker.contracts.listings import Product
from hawker.contracts.outcomes import AccountThrottled, TaskFailed, TaskSucceeded
from hawker.contracts.requests import BatchItemsAdded, JobCancelRequested, JobRequested
from hawker.contracts.words import Marketplace
from orchestrator.core.ids import job_id
from orchestrator.core.turn import TURN_BYTES_MAX
from orchestrator.job.state import Gone
from orchestrator.projections.fold import fold
from orchestrator.projections.jsontext import storable
from tests.fuzz.scene import Scene, check_writable
from tests.support.stories import NOON, TENANT, Story, batch_requested, failed, items_added, job_requested, product, succeeded

STEPS_MAX = 400


def largest_product(bytes_max: int) -> Product:
    """As many variants and pictures as the language allows, and a description that fills the rest."""
    full = product("big", images=PRODUCT_IMAGES_MAX, variants=PRODUCT_VARIANTS_MAX)
    room = bytes_max - len(encode(full))
    texts = {f"Note {n}": "x" * 1000 for n in range(max(0, room - 60_000) // 1100)}
    first, *others = full.variants
    filled = full.model_copy(update={"variants": (first.model_copy(update={"options": first.options | texts}), *others)})
    assert len(encode(filled)) <= bytes_max
    return filled


def check_all(story: Story) -> None:
    Scene(story).check()


@pytest.mark.parametrize("marketplace", Marketplace)
def test_a_product_near_the_limit_of_a_message_is_carried_out_or_refused_with_its_size(marketplace: Marketplace) -> None:
    """Its JobAccepted carries the plan too, and would not fit (the turn could never be written)."""
    story = Story().tell(job_requested(marketplace=marketplace, product=largest_product(MESSAGE_BYTES_MAX - 2_000)))
    refused = story.of(RequestRefused)
    assert len(refused) + len(story.of(JobAccepted)) == 1
    assert all("too large to be carried out" in fact.reason and str(MESSAGE_BYTES_MAX) in fact.reason for fact in refused)
    check_all(story)
    Scene(story).still_works()


def test_a_chunk_whose_plans_are_a_hundred_times_as_large_as_it_fills_a_turn_alone() -> None:
    wide = Product.model_validate({"handle": "w", "title": "", "variants": [{"sku": f"s{n}"} for n in range(PRODUCT_VARIANTS_MAX)]})
    story = Story().tell(batch_requested("wide", item_count=400))
    chunks = [BatchItemsAdded(tenant_id=TENANT, requested_at=NOON, batch_id="wide", sequence=n, products=(wide,) * 100) for n in range(4)]
    story.deliver([story.record(chunk) for chunk in chunks])
    turn = story.turns[-1]
    assert turn.inputs_taken < len(chunks)
    assert turn.bytes < 3 * TURN_BYTES_MAX
    check_all(story)


def test_commands_that_carry_half_a_megabyte_each_go_in_several_turns() -> None:
    heavy = product("heavy").model_copy(update={"tags": ("x" * 1000,) * 300})
    story = Story()
    for number in range(40):
        story.tell(job_requested(f"job-{number}", product=heavy))
    assert all(turn.bytes <= TURN_BYTES_MAX + 2 * MESSAGE_BYTES_MAX for turn in story.turns)
    burst = Story()
    burst.deliver([burst.record(job_requested(f"job-{number}", product=heavy)) for number in range(40)])
    first = burst.turns[-1]
    assert first.inputs_taken < 40
    assert first.bytes <= TURN_BYTES_MAX + 2 * MESSAGE_BYTES_MAX
    check_all(burst)


def test_a_result_that_fills_its_message_fails_its_step_and_not_the_shard() -> None:
    """The fact that keeps it has a date too, and is larger."""
    story = Story().tell(job_requested())
    (command,) = story.take_commands()
    outcome = succeeded(command, {"x": ""})
    room = MESSAGE_BYTES_MAX - len(encode(outcome))
    story.tell(succeeded(command, {"x": "y" * room}))
    (over,) = story.of(JobFailed)
    assert "too large to be kept" in over.reason
    assert story.of(TaskCompleted) == []
    check_all(story)


def test_a_result_that_grows_when_it_is_written_again_is_no_trouble() -> None:
    """1e15 becomes 1000000000000000.0."""
    story = Story().tell(job_requested())
    (command,) = story.take_commands()
    told = json.loads(encode(succeeded(command)))
    text = json.dumps(told | {"result": "@"}).replace('"@"', '{"x":[' + ",".join(["1e15"] * 100_000) + "]}")
    story.tell(decode(TaskSucceeded.type_name, text.encode(), OUTCOMES))  # type: ignore[arg-type]  # OUTCOMES holds the members of Outcome
    assert story.of(JobFailed)
    check_all(story)


def test_results_that_fit_alone_and_not_together_fail_the_step_that_needs_them_all() -> None:
    """Every picture's address is in the next command (a dispatch that could not be written would never have ended)."""
    story = Story().tell(job_requested(product=product(images=PRODUCT_IMAGES_MAX)))
    for _ in range(STEPS_MAX):
        commands = story.take_commands()
        if not commands:
            break
        story.tell(*(succeeded(command, _swollen(command.operation)) for command in commands))
    (over,) = story.of(JobFailed)
    assert "did not leave what this one needs" in over.reason
    check_all(story)


def _swollen(operation: str) -> dict[str, object]:
    return {"items": [{"sku": "s"}], "offers": [{"sku": "s"}], "url": "u" * (100_000 if "upload" in operation else 1)}


@pytest.mark.parametrize("number", [10**6, 2**31, 2**63, 10**40])
def test_an_outcome_of_an_absurd_position_is_refused_and_its_fact_fits_a_table(number: int) -> None:
    """PostgreSQL's integers end long before Python's (the projector stood still for ever)."""
    story = Story().tell(job_requested())
    (command,) = story.take_commands()
    told = succeeded(command)
    story.tell(told.model_copy(update={"position": number}), told.model_copy(update={"attempt": number}))
    assert [fact.position < 2**31 and fact.attempt < 2**31 for fact in story.of(OutcomeRefused)] == [True, True]
    story.tell(told.model_copy(update={"waited_ms": number, "took_ms": number}))
    (kept,) = story.of(TaskCompleted)
    assert kept.waited_ms < 2**63
    assert all(entry.position is None or entry.position < 2**31 for entry in fold(Scene(story).journal()).history)
    check_all(story)


@pytest.mark.parametrize("seconds", [0.0, -0.0, 1e-300, 7.5, 1e300, 1.7976931348623157e308])
def test_a_marketplace_can_close_an_account_for_a_day_and_no_longer(seconds: float) -> None:
    story = Story().tell(job_requested())
    (command,) = story.take_commands()
    story.tell(failed(command, FailureKind.THROTTLED, retry_after_seconds=seconds))
    assert all(fact.until <= NOON + timedelta(days=1) for fact in story.of(AccountPaused))
    check_all(story)


def test_a_word_about_an_account_closes_it_for_a_day_at_most() -> None:
    story = Story()
    for year in (1, 9999):
        until = NOON.replace(year=year)
        story.tell(AccountThrottled(tenant_id=TENANT, account_id="main", marketplace=Marketplace.EBAY, until=until))
    (paused,) = story.of(AccountPaused)
    assert paused.until == NOON + timedelta(days=1)


@pytest.mark.parametrize("word", ["-Infinity", "-1", "NaN", "Infinity", "1e400"])
def test_a_wait_that_is_no_number_is_no_outcome(word: str) -> None:
    """An infinite one was another in the state than in the journal."""
    story = Story().tell(job_requested())
    (command,) = story.take_commands()
    text = encode(failed(command, retry_after_seconds=7)).replace(b"7.0", word.encode())
    with pytest.raises(ValueError, match="retry_after_seconds"):
        decode(TaskFailed.type_name, text, OUTCOMES)


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=30), timedelta(days=365 * 1000)])
def test_a_request_from_the_future_is_refused_and_may_come_again(ahead: timedelta) -> None:
    """Accepted, it would have been young for ever, and carried out again once its first coming was forgotten."""
    story = Story().tell(job_requested(requested_at=NOON + ahead))
    (refused,) = story.of(RequestRefused)
    assert "yet to come" in refused.reason
    story.tell(job_requested())
    assert story.of(JobAccepted)


def test_no_request_is_carried_out_twice_however_late_it_comes_again() -> None:
    story = Story()
    asked = job_requested(requested_at=NOON + timedelta(minutes=59))
    story.tell(asked).work_through()
    for _ in range(9):
        story.wait(24 * 3600).tell(job_requested(f"other-{story.now.day}", requested_at=story.now)).tell(asked)
    assert [fact.job_id for fact in story.of(JobAccepted)].count(asked.job_id) == 1


def test_an_id_that_another_tenant_has_taken_is_refused_and_not_passed_over() -> None:
    story = Story().tell(job_requested("mine"), job_requested("mine", tenant_id="other"))
    (refused,) = story.of(RequestRefused)
    assert refused.tenant_id == "other"
    assert "another job has this id" in refused.reason


def test_a_batch_cannot_overwrite_a_job_that_took_one_of_its_ids() -> None:
    """The work in flight of the job before would never have ended, and filled its window for ever."""
    batch = str(uuid4())
    story = Story().tell(job_requested(job_id(batch, 0, 1)), batch_requested(batch, item_count=2), items_added("a", "b", batch_id=batch))
    assert [fact.job_id for fact in story.of(JobAccepted)] == [job_id(batch, 0, 1)]
    assert "another job has this id" in story.of(RequestRefused)[0].reason
    check_all(story)


def test_two_spellings_of_one_uuid_are_two_batches() -> None:
    one = "0F0E0D0C-0B0A-4908-8706-050403020100"
    spellings = {one, one.lower(), one.replace("-", ""), one.lower().replace("-", "")}
    assert len({job_id(spelling, 0, 0) for spelling in spellings}) == len(spellings)


def test_a_refusal_of_one_tenant_silences_no_other() -> None:
    """Both chose the same request id."""
    cancel = JobCancelRequested(tenant_id="other", requested_at=NOON, request_id="r-1", job_id="nothing")
    story = Story().tell(job_requested(), cancel, cancel.model_copy(update={"tenant_id": TENANT, "job_id": "job-1"}))
    assert isinstance(story.shard.jobs["job-1"], Gone)


@pytest.mark.parametrize("price", ["0", "1e30", "1E+4000", "0.000000000000000000000000000001", "9" * 400])
def test_a_price_of_any_size_is_written_as_it_came(price: str) -> None:
    asked = json.loads(encode(job_requested()))
    asked["product"]["variants"][0] |= {"price": price, "quantity": 10**400, "weight_grams": 10**400}
    story = Story().tell(JobRequested.model_validate_json(json.dumps(asked)))
    check_writable(story.turns[-1])
    check_all(story)


TEXTS = ["\x00", "\x00\x00", "\\u0000", "\\\x00", "\\\\u0000", "\\\\\x00", "a\\", "u0000", '"\x00"', "\\\\\\u0000\x00\\u0000"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_nul_becomes_what_postgresql_can_keep_and_the_letters_of_one_stay(text: str) -> None:
    """A backslash before "u0000" is text, and its JSON was torn apart (the projector stood still for ever)."""
    assert json.loads(storable(json.dumps({text: text}))) == {text.replace("\x00", "\ufffd"): text.replace("\x00", "\ufffd")}
