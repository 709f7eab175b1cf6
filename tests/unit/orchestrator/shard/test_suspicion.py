"""How the one thing that breaks a shard is found."""

from orchestrator.shard.suspicion import CAUTIOUS_TURNS, TURNS_EACH, Suspicion


def test_a_shard_that_breaks_again_and_again_takes_one_thing_a_turn_until_it_knows_the_culprit() -> None:
    suspicion = Suspicion()
    suspicion.failed(["a", "b", "c"])
    assert not suspicion.is_cautious, "once may be chance"
    suspicion.failed(["a", "b", "c"])
    assert suspicion.is_cautious
    assert suspicion.suspects == set(), "it was one of three"
    suspicion.passed(["a"])
    suspicion.failed(["b"])
    assert suspicion.suspects == {"b"}
    suspicion.passed(["b"])
    assert suspicion.suspects == set(), "it is put aside"


def test_other_turns_that_pass_in_between_clear_nobody() -> None:
    """A shard that was acquired again takes what is there first: it went round for ever (found by simulation, seed 204)."""
    suspicion = Suspicion()
    suspicion.failed(["a"])
    suspicion.passed(["b"])
    suspicion.passed([])
    suspicion.failed(["a"])
    assert suspicion.is_cautious


def test_what_broke_a_turn_and_passed_later_was_chance() -> None:
    suspicion = Suspicion()
    suspicion.failed(["a", "b"])
    suspicion.passed(["b", "a"])
    suspicion.failed(["a", "b"])
    assert not suspicion.is_cautious


def test_a_turn_that_broke_before_anything_had_begun_accuses_nobody() -> None:
    suspicion = Suspicion()
    for _ in range(5):
        suspicion.failed([])
    assert suspicion.suspects == set()


def test_a_shard_that_goes_on_for_long_enough_is_trusted_again() -> None:
    suspicion = Suspicion()
    suspicion.failed(["a"])
    suspicion.failed(["a"])
    for _ in range(CAUTIOUS_TURNS + TURNS_EACH):
        suspicion.passed([])
    assert not suspicion.is_cautious


def test_caution_lasts_until_all_that_was_in_the_broken_turn_had_a_turn_of_its_own() -> None:
    """Inputs that lead to no fact are met anew at every acquisition, before the culprit (found by simulation, seed 60)."""
    suspicion = Suspicion()
    begun = [f"{number}" for number in range(CAUTIOUS_TURNS)]
    suspicion.failed(begun)
    suspicion.failed(begun)
    for number in range(CAUTIOUS_TURNS - 1):
        suspicion.passed([])
        suspicion.passed([f"{number}"])
        suspicion.passed([])
    suspicion.passed([])
    assert suspicion.is_cautious
    suspicion.failed([begun[-1]])
    assert suspicion.suspects == {begun[-1]}


def test_what_was_alone_in_a_turn_that_broke_again_is_the_culprit_whether_by_caution_or_by_chance() -> None:
    """Caution ran out on the harmless inputs before it, each time the shard was acquired (found by simulation, seed 1389)."""
    suspicion = Suspicion()
    suspicion.failed(["a"])
    suspicion.failed(["a"])
    assert suspicion.suspects == {"a"}
