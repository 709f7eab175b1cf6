"""The window follows the delay at the workers."""

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.dispatch.window import DELAY_MS_HIGH, DELAY_MS_LOW, WINDOW_MAX, WINDOW_MIN, Window


def busy(size: float = 100) -> Window:
    return Window(size=size, in_flight=int(size))


def test_commands_that_begin_at_once_let_a_busy_window_grow() -> None:
    window = busy()
    window.measured(DELAY_MS_LOW - 1)
    assert window.size == 101


def test_an_idle_window_does_not_grow() -> None:
    window = Window(size=100, in_flight=3)
    window.measured(0)
    assert window.size == 100


def test_commands_that_wait_shrink_the_window_once_a_window() -> None:
    window = busy()
    for _ in range(10):
        window.measured(DELAY_MS_HIGH + 1)
    assert window.size == 70


@given(st.lists(st.integers(0, 5000), max_size=300))
def test_the_window_stays_within_its_limits(waits_ms: list[int]) -> None:
    window = busy(WINDOW_MIN)
    for waited_ms in waits_ms:
        window.in_flight = int(window.size)
        window.measured(waited_ms)
        assert WINDOW_MIN <= window.size <= WINDOW_MAX


def test_a_slot_that_was_taken_comes_back() -> None:
    window = Window(size=10)
    window.dispatched()
    assert window.free == 9
    window.ended()
    assert window.free == 10
