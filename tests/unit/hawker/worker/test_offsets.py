"""Offsets told to the group: what the window says, once, in order; and a partition handed over only after its work has ended."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from aiokafka.errors import CommitFailedError, IllegalStateError  # type: ignore[import-untyped]  # it ships no types

from hawker.kafka.client import TopicPartition
from hawker.worker.offsets import Handover, Offsets
from hawker.worker.window import Window

TOPIC = "commands"


@dataclass
class Member:
    """A member of the group that keeps what it was told; `refuses` counts the commits it fails."""

    refuses: int = 0
    committed: list[dict[int, int]] = field(default_factory=list)
    paused: list[int] = field(default_factory=list)
    lost: bool = False

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        if self.refuses:
            self.refuses -= 1
            raise CommitFailedError
        self.committed.append({place.partition: offset for place, offset in offsets.items()})

    def pause(self, *partitions: TopicPartition) -> None:
        if self.lost:
            raise IllegalStateError
        self.paused += [place.partition for place in partitions]

    def highwater(self, partition: TopicPartition) -> int | None:
        return {0: 7}.get(partition.partition)


def window_with(*offsets: int) -> Window:
    window = Window(in_flight_max=10, span_max=10)
    window.open(0, 0)
    for offset in offsets:
        window.admit(0, offset)
    return window


async def test_what_has_moved_is_committed_once() -> None:
    member = Member()
    offsets = Offsets(TOPIC, window_with(4, 5), lambda: member)
    await offsets.commit()
    await offsets.commit()
    assert member.committed == [{0: 4}]


async def test_a_commit_that_failed_is_made_good_by_the_next() -> None:
    member = Member(refuses=1)
    offsets = Offsets(TOPIC, window_with(4), lambda: member)
    await offsets.commit()
    await offsets.commit()
    assert member.committed == [{0: 4}]


async def test_before_the_member_is_there_nothing_is_committed() -> None:
    offsets = Offsets(TOPIC, window_with(4), lambda: None)
    await offsets.commit()
    offsets.hold([0])
    assert offsets.end_of(0) == 0


def test_the_end_of_a_partition_is_what_the_last_fetch_saw() -> None:
    offsets = Offsets(TOPIC, window_with(), Member)
    assert (offsets.end_of(0), offsets.end_of(1)) == (7, 0)


def test_a_partition_that_is_lost_already_needs_no_pause() -> None:
    member = Member(lost=True)
    Offsets(TOPIC, window_with(), lambda: member).hold([0])
    assert member.paused == []


async def test_a_partition_is_handed_over_after_its_work_has_ended_and_was_committed() -> None:
    member, window, order = Member(), window_with(), list[str]()
    ticket = window.admit(0, 4)

    async def finish(partitions: Collection[int]) -> None:
        assert member.paused == [0]
        order.append(f"finish {list(partitions)}")
        window.finish(ticket)

    handover = Handover(
        finish, Offsets(TOPIC, window, lambda: member), window, lambda partitions: order.append(f"assigned {set(partitions)}")
    )
    await handover.on_partitions_revoked({TopicPartition(TOPIC, 0)})
    await handover.on_partitions_assigned({TopicPartition(TOPIC, 3)})
    assert order == ["finish [0]", "assigned {3}"]
    assert member.committed == [{0: 5}]
    assert window.partitions == ()
