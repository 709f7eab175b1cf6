"""How the one input that breaks a shard is found."""

from orchestrator.shard.suspicion import Suspicion
from tests.support.stories import Story, job_requested


def test_a_shard_that_breaks_again_and_again_takes_one_input_a_turn_and_then_rejects_the_culprit() -> None:
    story, suspicion = Story(), Suspicion()
    inputs = [story.record(job_requested(f"job-{n}")) for n in range(3)]
    assert suspicion.inputs_max(500) == 500
    suspicion.failed(inputs)
    assert suspicion.inputs_max(500) == 500, "once may be chance"
    suspicion.failed(inputs)
    assert suspicion.inputs_max(500) == 1
    suspicion.passed(inputs[:1])
    suspicion.failed(inputs[1:2])
    assert suspicion.rejected == {inputs[1].place}
    suspicion.passed(inputs[1:2])
    assert suspicion.rejected == set()
