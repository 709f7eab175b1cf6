"""The window as a pure data structure: a table of stories, and laws over any order in which attempts end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawker.worker.window import Ticket, Window


def opened(*, in_flight_max: int = 100, span_max: int = 100, found_until: int = 0) -> Window:
    window = Window(in_flight_max=in_flight_max, span_max=span_max)
    window.open(0, found_until)
    return window


def admitted(window: Window, *offsets: int) -> dict[int, Ticket]:
    return {offset: window.admit(0, offset) for offset in offsets}


@pytest.mark.parametrize(
    ("offsets", "finished", "position"),
    [
        ((), (), None),
        ((4, 5, 6), (), 4),
        ((4, 5, 6), (4,), 5),
        ((4, 5, 6), (5, 6), 4),
        ((4, 5, 6), (6, 4), 5),
        ((4, 5, 6), (4, 5, 6), 7),
        ((4, 7, 9), (4,), 7),  # Offsets have gaps where transactions ended.
        ((4, 7, 9), (4, 7, 9), 10),
    ],
)
def test_the_oldest_unfinished_offset_is_committed(offsets: tuple[int, ...], finished: tuple[int, ...], position: int | None) -> None:
    window = opened()
    tickets = admitted(window, *offsets)
    for offset in finished:
        window.finish(tickets[offset])
    assert window.due() == ({} if position is None else {0: position})


def test_a_position_is_due_until_it_is_committed() -> None:
    window = opened()
    tickets = admitted(window, 4, 5)
    window.finish(tickets[4])
    window.committed(window.due())
    assert window.due() == {}
    window.finish(tickets[5])
    assert window.due() == {0: 6}


def test_no_more_than_the_limit_is_in_flight_over_all_partitions() -> None:
    window = opened(in_flight_max=2)
    window.open(1, 0)
    ticket = window.admit(0, 1)
    window.admit(1, 1)
    assert not window.has_room(0, 2)
    window.finish(ticket)
    assert window.has_room(0, 2)


def test_one_stuck_attempt_bounds_how_far_its_partition_runs_ahead() -> None:
    window = opened(span_max=3)
    window.open(1, 0)
    tickets = admitted(window, 10, 11, 12)
    window.finish(tickets[11])
    window.finish(tickets[12])
    assert not window.has_room(0, 13)
    assert window.has_room(1, 13)
    window.finish(tickets[10])
    assert window.has_room(0, 13)


def test_a_closing_partition_admits_nothing_and_still_moves_its_offset() -> None:
    window = opened()
    generation = window.open(0, 0)
    assert generation is not None
    ticket = window.admit(0, 1)
    window.closing(0)
    assert not window.is_open(0, generation)
    assert window.open(0, 0) is None
    window.finish(ticket)
    assert window.due() == {0: 2}


def test_what_ends_after_a_partition_was_lost_moves_nothing_of_its_next_time() -> None:
    window = opened()
    late = window.admit(0, 5)
    window.close(0)
    again = window.open(0, 0)
    assert again is not None
    assert again != late.generation
    window.admit(0, 5)
    window.finish(late)
    assert window.due() == {0: 5}
    assert window.in_flight == 1


def test_attempts_of_a_lost_partition_still_count_as_in_flight() -> None:
    window = opened(in_flight_max=1)
    late = window.admit(0, 5)
    window.close(0)
    window.open(0, 0)
    assert not window.has_room(0, 5)
    window.finish(late)
    assert window.has_room(0, 5)


def test_what_lay_there_before_the_partition_was_ours_may_have_been_begun() -> None:
    window = opened(found_until=7)
    assert [window.admit(0, offset).perhaps_begun for offset in (5, 6, 7, 8)] == [True, True, False, False]


@given(st.data())
def test_whatever_ends_first_nothing_unfinished_is_ever_committed(data: st.DataObject) -> None:
    offsets = sorted(data.draw(st.sets(st.integers(0, 200), min_size=1, max_size=40)))
    order = data.draw(st.permutations(offsets))
    window = opened()
    tickets = admitted(window, *offsets)
    unfinished, before = set(offsets), -1
    for offset in order:
        window.finish(tickets[offset])
        unfinished.remove(offset)
        position = window.due()[0]
        assert all(left >= position for left in unfinished)
        assert position >= before
        before = position
    assert window.due() == {0: offsets[-1] + 1}
    assert window.in_flight == 0


@given(st.lists(st.sampled_from(["admit", "finish", "lose", "commit"]), max_size=60), st.randoms(use_true_random=False))
def test_through_any_story_the_commit_stays_behind_everything_unfinished(story: list[str], chance: object) -> None:
    window, offset, running = opened(in_flight_max=8, span_max=12), 0, list[Ticket]()
    pick = getattr(chance, "randrange")  # noqa: B009 - hypothesis gives a random.Random, typed as object
    for step in story:
        match step:
            case "admit" if window.has_room(0, offset):
                running.append(window.admit(0, offset))
                offset += 1
            case "finish" if running:
                window.finish(running.pop(pick(len(running))))
            case "lose":
                window.close(0)
                window.open(0, offset)
                offset = 0  # The next owner begins again where the commits stand; here that may be the start.
            case "commit":
                window.committed(window.due())
            case _:
                continue
        generation = window.open(0, 0)
        own = [ticket.offset for ticket in running if ticket.generation == generation]
        assert window.in_flight == len(running) <= 8
        assert all(position <= min(own, default=position) for position in window.due().values())
