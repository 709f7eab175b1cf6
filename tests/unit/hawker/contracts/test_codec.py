"""Messages to bytes and back, and what is refused at the border."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawker.contracts.codec import ALL, FACTS, INPUTS, REQUESTS, DecodeError, OversizeError, decode, encode
from hawker.contracts.limits import MESSAGE_BYTES_MAX
from tests.support.stories import Story, job_requested, product


def test_every_fact_of_a_story_survives_the_journal() -> None:
    story = Story().tell(job_requested()).work_through()
    for fact in story.facts:
        assert decode(fact.type_name, encode(fact), FACTS) == fact


def test_a_message_over_the_limit_is_refused_with_the_limit() -> None:
    huge = product().model_copy(update={"tags": ("x" * 1000,) * 600})
    with pytest.raises(OversizeError, match=str(MESSAGE_BYTES_MAX)):
        encode(job_requested(product=huge))


def test_a_type_of_another_topic_is_refused() -> None:
    with pytest.raises(DecodeError, match="is not a message that belongs here"):
        decode("hawker.job.completed.v1", b"{}", REQUESTS)


def test_an_error_names_the_field_and_never_repeats_the_content() -> None:
    value = encode(job_requested()).replace(b'"ebay"', b'"s3cret"')
    with pytest.raises(DecodeError, match="marketplace") as caught:
        decode("hawker.job.requested.v1", value, REQUESTS)
    assert "s3cret" not in str(caught.value)


def test_a_newer_senders_extra_field_is_ignored() -> None:
    value = encode(job_requested())[:-1] + b',"colour":"blue"}'
    assert decode("hawker.job.requested.v1", value, REQUESTS) == job_requested()


@given(name=st.sampled_from(sorted(ALL)), value=st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_decode_error(name: str, value: bytes) -> None:
    with suppress(DecodeError):
        assert decode(name, value, INPUTS).model_dump_json()
