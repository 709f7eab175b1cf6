"""All that a shard holds beside its jobs, by name: as rows, and from rows. What follows from the values has no section; `sweep` derives it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from hawker.contracts.topics import Lane
from orchestrator.core import rows
from orchestrator.core.rows import Row, moment_number, moment_of
from orchestrator.core.state import Shard
from orchestrator.dispatch.window import Window


@dataclass(frozen=True, slots=True)
class Section:
    """`put` takes what `rows` gave, in order."""

    rows: Callable[[Shard], Iterable[Row]]
    put: Callable[[Shard, Row], None]


def _put_batch(shard: Shard, row: Row) -> None:
    batch = rows.batch_of(row)
    shard.batches[batch.batch_id] = batch
    shard.live_by_batch.setdefault(batch.batch_id, {})


def _put_pause(shard: Shard, row: Row) -> None:
    account, until = row
    shard.pauses[rows.account_of(account)] = moment_of(until)


def _put_session(shard: Shard, row: Row) -> None:
    account, session = row
    shard.sessions[rows.account_of(account)] = rows.session_of(session)


def _put_parked(shard: Shard, row: Row) -> None:
    job_id, parked = row
    shard.parked[job_id] = rows.parked_of(parked)


def _put_answered(shard: Shard, row: Row) -> None:
    shard.answered.add(row[0])


def _put_position(shard: Shard, row: Row) -> None:
    topic, position = row
    shard.positions[topic] = position


def _put_to_forget(shard: Shard, row: Row) -> None:
    at, kind, name = row
    shard.to_forget.append((moment_of(at), kind, name))


def _put_window(shard: Shard, row: Row) -> None:
    lane, size, in_flight, calm = row
    shard.lanes[Lane(lane)].window = Window(size, in_flight, calm)


def _put_accepted_count(shard: Shard, row: Row) -> None:
    shard.accepted_count = row[0]


def _window_rows(shard: Shard) -> Iterable[Row]:
    windows = ((lane, state.window) for lane, state in shard.lanes.items())
    return ((lane, window.size, window.in_flight, window.calm) for lane, window in windows)


WINDOWS = "windows"
"""How much may be in flight: it follows from the journal like the rest, but a test or an operator may look at a shard with another one."""

SECTIONS: Mapping[str, Section] = {
    "batches": Section(lambda shard: map(rows.batch_row, shard.batches.values()), _put_batch),
    "pauses": Section(lambda shard: ((account, moment_number(until)) for account, until in shard.pauses.items()), _put_pause),
    "sessions": Section(lambda shard: ((account, rows.session_row(one)) for account, one in shard.sessions.items()), _put_session),
    "parked": Section(lambda shard: ((job_id, rows.parked_row(one)) for job_id, one in shard.parked.items()), _put_parked),
    "answered": Section(lambda shard: ((key,) for key in shard.answered), _put_answered),
    "positions": Section(lambda shard: shard.positions.items(), _put_position),
    "to_forget": Section(lambda shard: ((moment_number(at), kind, name) for at, kind, name in shard.to_forget), _put_to_forget),
    "accepted_count": Section(lambda shard: [(shard.accepted_count,)], _put_accepted_count),
    WINDOWS: Section(_window_rows, _put_window),
}
