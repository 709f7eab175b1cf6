"""How long inputs gather before a turn. An idle shard takes an input at once; a busy one pays for fewer transactions.

A transaction costs about 2 ms of CPU however small it is, so under load a turn waits a little for company.
"""

GATHER_SECONDS_MAX = 0.1
GATHER_SECONDS_PER_INPUT = 0.002
ALONE_INPUTS_MAX = 4
"""So many inputs in a turn are still no load: a single job with pictures side by side brings as many."""


def gather_seconds(inputs_before: int) -> float:
    """How long to wait, given how many inputs the turn before had."""
    if inputs_before <= ALONE_INPUTS_MAX:
        return 0.0
    return min(GATHER_SECONDS_MAX, inputs_before * GATHER_SECONDS_PER_INPUT)
