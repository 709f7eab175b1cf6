"""Two states of one shard, beside each other: where they differ, by kind and id. Never says what an input or a seller said."""

from collections.abc import Iterator, Mapping
from itertools import islice

from hawker.contracts.topics import Lane
from orchestrator.core.state import Shard
from orchestrator.dispatch.window import Window

DIFFERENCES_MAX = 10
"""The first of each kind; more say nothing new."""


def differences(live: Shard, folded: Shard) -> list[str]:
    """Empty when they are equal."""
    kinds = (
        _between("job", live.jobs, folded.jobs),
        _between("batch", live.batches, folded.batches),
        _between("pause of account", live.pauses, folded.pauses),
        _between("session of account", live.sessions, folded.sessions),
        _between("parked job", live.parked, folded.parked),
        _between("answered request", dict.fromkeys(live.answered), dict.fromkeys(folded.answered)),
        _between("position of topic", live.positions, folded.positions),
        _between("age of job", live.ages, folded.ages),
        _between("window of lane", _windows(live), _windows(folded)),
        _unequal("the order of forgetting", live.to_forget, folded.to_forget),
        _unequal("the count of accepted jobs", live.accepted_count, folded.accepted_count),
    )
    return [line for lines in kinds for line in islice(lines, DIFFERENCES_MAX)]


def _windows(shard: Shard) -> Mapping[Lane, Window]:
    return {lane: state.window for lane, state in shard.lanes.items()}


def _between[K](kind: str, live: Mapping[K, object], folded: Mapping[K, object]) -> Iterator[str]:
    for name in folded:
        if name not in live:
            yield f"{kind} {_said(name)} is missing in the live state"
    for name, value in live.items():
        if name not in folded:
            yield f"{kind} {_said(name)} is in the live state alone"
        elif value != folded[name]:
            yield f"{kind} {_said(name)} differs"


def _unequal(what: str, live: object, folded: object) -> Iterator[str]:
    if live != folded:
        yield f"{what} differs"


def _said(name: object) -> str:
    return "/".join(map(str, name)) if isinstance(name, tuple) else str(name)
