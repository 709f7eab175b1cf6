"""How long the fuzzing looks: the same few examples in every `make test`, other ones for as long as `make fuzz` is told."""

import os

from hypothesis import HealthCheck, Phase, settings

SEED_VARIABLE = "HAWKER_FUZZ_SEED"
"""Set by `make fuzz`: then the examples are other ones each round, and FACTOR times as many."""
FACTOR = 10
IS_LONG = SEED_VARIABLE in os.environ


def fuzz(examples: int) -> settings:
    """A decorator: `examples` in the quick profile, which is the same for everybody."""
    return settings(
        max_examples=examples * FACTOR if IS_LONG else examples,
        derandomize=not IS_LONG,
        database=None,
        deadline=None,
        print_blob=True,
        phases=(Phase.explicit, Phase.generate, Phase.target, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
    )
