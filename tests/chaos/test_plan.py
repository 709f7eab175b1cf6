"""A plan is its seed's alone, hits everything it should, and never takes two brokers away at once."""

from itertools import pairwise

import pytest

from tests.chaos.plan import BROKER, CATCH_UP_SECONDS, COVERED_MINUTES, PAUSE_SECONDS, SESSION_TIMEOUT_SECONDS, Fault, Plan, draw

TARGETS = {
    BROKER: ("kafka", "kafka-2", "kafka-3"),
    "postgres": ("postgres",),
    "orchestrator": ("orchestrator", "orchestrator-2"),
    "ebay-worker": ("ebay-worker", "ebay-worker-2"),
    "gateway": ("gateway", "gateway-2"),
    "etsy-worker": ("etsy-worker", "etsy-worker-2"),
    "projector": ("projector", "projector-2"),
    "plugin-bridge": ("plugin-bridge", "plugin-bridge-2"),
    "browser": ("browser", "browser-2", "browser-3"),
}
SEEDS = range(50)


def of(plan: Plan, target: str) -> list[tuple[float, float]]:
    return [(strike.at_seconds, strike.ends_seconds) for strike in plan.strikes if strike.target == target]


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    assert draw(7, 300, TARGETS) == draw(7, 300, TARGETS)
    assert draw(7, 300, TARGETS).strikes != draw(8, 300, TARGETS).strikes


@pytest.mark.parametrize("seed", SEEDS)
def test_a_long_round_gives_every_kind_of_process_every_kind_of_fault(seed: int) -> None:
    hit = {(strike.program, strike.fault) for strike in draw(seed, COVERED_MINUTES * 60, TARGETS).strikes}
    assert hit == {(program, fault) for program in TARGETS for fault in Fault}


@pytest.mark.parametrize("seed", SEEDS)
def test_even_a_short_round_kills_every_kind_of_process(seed: int) -> None:
    assert {strike.program for strike in draw(seed, 40, TARGETS).strikes if strike.fault is Fault.KILL} == set(TARGETS)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_broker_has_time_to_catch_up_before_the_next_is_hit(seed: int) -> None:
    brokers = [strike for strike in draw(seed, 1200, TARGETS).strikes if strike.program == BROKER]
    assert all(later.at_seconds - earlier.ends_seconds > CATCH_UP_SECONDS - 0.001 for earlier, later in pairwise(brokers))


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_hit_while_he_is_held_and_all_are_let_go_before_the_end(seed: int) -> None:
    plan = draw(seed, 300, TARGETS)
    for target in {strike.target for strike in plan.strikes}:
        assert all(earlier[1] < later[0] for earlier, later in pairwise(of(plan, target)))
    assert all(strike.ends_seconds <= plan.seconds for strike in plan.strikes)


@pytest.mark.parametrize("seconds", [40, 300, 1200])
def test_a_pause_ends_within_the_session_and_a_sleep_after_it(seconds: float) -> None:
    strikes = [strike for seed in SEEDS for strike in draw(seed, seconds, TARGETS).strikes]
    paused = [strike.hold_seconds for strike in strikes if strike.fault is Fault.PAUSE]
    slept = [strike.hold_seconds for strike in strikes if strike.fault is Fault.SLEEP]
    assert PAUSE_SECONDS[0] <= min(paused) <= max(paused) < SESSION_TIMEOUT_SECONDS < min(slept)
