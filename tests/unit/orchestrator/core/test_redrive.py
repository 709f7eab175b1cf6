"""What an operator's word does to a parked job: its letters met in order, twice without harm, and back when they break again."""

import pytest

from hawker.contracts.codec import encode
from hawker.contracts.facts import (
    AttemptTimedOut,
    Fact,
    InputRejected,
    JobCompleted,
    JobParked,
    JobUnparked,
    OutcomeRefused,
    RequestRefused,
    TaskCompleted,
)
from hawker.contracts.requests import (
    JobUnparkRequested,
    ParkedInput,
)
from orchestrator.core import decide
from orchestrator.job import decide as job_decide
from tests.support.breaking import broken, is_replayable, parked_at_its_first_outcome
from tests.support.stories import TENANT, Story, job_requested, redrive, succeeded


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_redrive_meets_the_letters_in_order_and_the_job_ends(story: Story) -> None:
    story.tell(job_requested())
    story.tell(*map(succeeded, story.take_commands()))
    commands = story.take_commands()
    assert len(commands) > 1
    outcomes = list(map(succeeded, commands))
    with broken(job_decide, "conclude"):
        story.tell(outcomes[0])
    for outcome in outcomes[1:]:
        story.tell(outcome)
    story.tell(redrive("job-1", story.letters())).work_through()
    done = [fact.position for fact in story.of(TaskCompleted)]
    assert done[1 : len(outcomes) + 1] == [outcome.position for outcome in outcomes]
    assert [fact.job_id for fact in story.of(JobCompleted)] == ["job-1"]
    assert story.shard.parked == {}
    assert is_replayable(story)


def test_the_same_redrive_again_is_a_quiet_no_op(story: Story) -> None:
    parked_at_its_first_outcome(story)
    order = redrive("job-1", story.letters())
    story.tell(order)
    before = len(story.facts)
    story.tell(order)
    assert len(story.facts) == before


def test_a_second_redrive_of_the_same_letters_changes_nothing(story: Story) -> None:
    parked_at_its_first_outcome(story)
    letters = story.letters()
    story.tell(redrive("job-1", letters, "first")).work_through()
    ended = story.shard.jobs["job-1"]
    story.tell(redrive("job-1", letters, "second"))
    assert story.names()[-1] == "JobUnparked", "the operator's word is on record"
    assert story.shard.jobs["job-1"] == ended
    assert len(story.letters()) == 1
    assert is_replayable(story)


def test_a_redriven_outcome_of_an_earlier_attempt_is_refused_as_ever(story: Story) -> None:
    parked_at_its_first_outcome(story)
    story.tell(redrive("job-1", [])).wait(60).wait(60)
    assert len(story.of(AttemptTimedOut)) == 1
    story.tell(redrive("job-1", story.letters(), "late"))
    assert len(story.of(OutcomeRefused)) == 1
    assert story.of(TaskCompleted) == []


def test_an_unparking_of_a_job_that_is_not_parked_does_no_harm(story: Story) -> None:
    story.tell(job_requested(), redrive("job-1", []))
    before = story.shard.jobs["job-1"]
    assert story.tell(redrive("job-1", [], "again")).shard.jobs["job-1"] == before
    story.work_through()
    assert len(story.of(JobCompleted)) == 1
    assert is_replayable(story)


def test_an_input_that_breaks_again_parks_its_job_again_and_goes_back_with_all_behind_it(story: Story) -> None:
    story.tell(job_requested())
    story.tell(*map(succeeded, story.take_commands()))
    outcomes = [succeeded(command) for command in story.take_commands()]
    with broken(job_decide, "conclude"):
        story.tell(*outcomes)
        letters = story.letters()
        story.tell(redrive("job-1", letters))
        back = story.letters()[len(letters) :]
        place = story.turns[-1].begun[0]
    assert [letter.recorded.message for letter in back] == outcomes
    assert [letter.origin for letter in back] == [f"{place}#{number}" for number in range(1, len(outcomes) + 1)]
    assert [letter.recorded.envelope.cause for letter in back] == [letter.origin for letter in letters]
    assert len(story.of(JobParked)) == 2
    assert "job-1" in story.shard.parked
    story.tell(redrive("job-1", back, "mended")).work_through()
    assert len(story.of(JobCompleted)) == 1
    assert is_replayable(story)


def test_facts_of_one_redrive_have_ids_of_their_own(story: Story) -> None:
    parked_at_its_first_outcome(story)
    story.tell(redrive("job-1", [*story.letters(), *story.letters()]))
    ids = [outgoing.envelope.id for turn in story.turns for outgoing in turn.facts]
    assert len(ids) == len(set(ids))


def test_what_cannot_be_read_or_is_of_another_job_or_tenant_goes_back_and_the_rest_is_met(story: Story) -> None:
    outcome = parked_at_its_first_outcome(story)
    elsewhere = outcome.model_copy(update={"job_id": "job-2"})
    strangers = outcome.model_copy(update={"tenant_id": "stranger"})
    nested = redrive("job-1", [], "nested")
    unreadable = ParkedInput(type=outcome.type_name, value="{", origin="a/0/1")
    odd = [ParkedInput(type=one.type_name, value=encode(one).decode(), origin="a/0/2") for one in (elsewhere, strangers, nested)]
    order = redrive("job-1", story.letters())
    story.tell(order.model_copy(update={"inputs": (unreadable, *odd, *order.inputs)}))
    back = story.letters()[1:]
    assert len(back) == 4
    assert all(letter.subject == "job-1" for letter in back)
    assert {fact.tenant_id for fact in story.of(InputRejected)} == {TENANT}
    assert len(story.of(TaskCompleted)) == 1
    assert is_replayable(story)


def test_a_discard_lets_the_job_go_on_without_its_letters(story: Story) -> None:
    parked_at_its_first_outcome(story)
    story.tell(redrive("job-1", [])).wait(60).wait(10)
    assert len(story.of(AttemptTimedOut)) == 1
    story.work_through()
    assert len(story.of(JobCompleted)) == 1
    assert is_replayable(story)


def test_a_stranger_cannot_let_a_job_go(story: Story) -> None:
    parked_at_its_first_outcome(story)
    story.tell(redrive("job-1", story.letters()).model_copy(update={"tenant_id": "stranger"}))
    assert story.of(RequestRefused)[-1].reason == "there is no such job"
    assert "job-1" in story.shard.parked


def test_an_unparking_that_itself_breaks_is_put_aside_alone_and_the_job_stays_parked(story: Story) -> None:
    parked_at_its_first_outcome(story)
    with broken(decide, "_unpark"):
        story.tell(redrive("job-1", story.letters()))
    assert isinstance(story.letters()[-1].recorded.message, JobUnparkRequested)
    assert story.letters()[-1].subject is None
    assert "job-1" in story.shard.parked


def test_every_fact_of_a_redrive_names_the_request_as_its_cause(story: Story) -> None:
    parked_at_its_first_outcome(story)
    story.tell(redrive("job-1", story.letters()))
    place = story.turns[-1].begun[0]
    facts: list[tuple[Fact, str | None]] = [(one.message, one.envelope.cause) for one in story.turns[-1].facts]
    assert {cause for fact, cause in facts if isinstance(fact, JobUnparked | TaskCompleted)} == {place}
