"""How a plan is written: steps that need each other by name, laid out as tasks that need each other by position."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hawker.contracts.facts import TaskSpec
from hawker.contracts.limits import DIRECT_SECONDS_MAX, LOCAL_SECONDS_MAX, PLUGIN_SECONDS_MAX
from hawker.contracts.words import TaskKind

type Picks = Mapping[str, str | tuple[str, ...]]

SECONDS_MAX: Mapping[TaskKind, float] = {
    TaskKind.DIRECT_HTTP: DIRECT_SECONDS_MAX,
    TaskKind.PLUGIN_HTTP: PLUGIN_SECONDS_MAX,
    TaskKind.DB_OPERATION: LOCAL_SECONDS_MAX,
    TaskKind.FILE_OPERATION: LOCAL_SECONDS_MAX,
}


@dataclass(frozen=True, slots=True)
class Step:
    """`picks` reads `input key = path`: into the product, or into the result of a step that is needed before."""

    name: str
    kind: TaskKind
    operation: str
    picks: Picks
    needs: tuple[str, ...] = field(default=())
    undo: str | None = None


def lay_out(*steps: Step) -> tuple[TaskSpec, ...]:
    """Steps in order become tasks 0, 1, 2, ...; a step needs only earlier ones."""
    positions = {step.name: position for position, step in enumerate(steps)}
    assert len(positions) == len(steps), "two steps of a plan have one name"
    return tuple(_task(step, position, positions) for position, step in enumerate(steps))


def _task(step: Step, position: int, positions: Mapping[str, int]) -> TaskSpec:
    needs = tuple(positions[name] for name in step.needs)
    assert all(need < position for need in needs), f"{step.name} needs a later step"
    return TaskSpec(
        name=step.name,
        kind=step.kind,
        operation=step.operation,
        needs=needs,
        timeout_seconds=SECONDS_MAX[step.kind],
        picks=step.picks,
        undo=step.undo,
    )


def numbered(name: str, count: int) -> tuple[str, ...]:
    """`upload_image_1`, `upload_image_2`, ..."""
    return tuple(f"{name}_{number}" for number in range(1, count + 1))
