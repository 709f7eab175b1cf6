"""From a seed to a plan: who is hit by what, when, and for how long. Pure: the same seed gives the same plan, and nothing is hit here.

    seconds  0 ────────────────────────────────────────────────► end
    brokers  ──kill────────── ──pause── ──sleep────────────────      one after the other
    others   x x  x x x   x x x  x  x x x  x x  x x x  x x x         side by side

What Kafka promises with three copies, two of them in sync, is that one broker at a time may be away. So the plan leaves each broker room to catch
up, and whoever carries the plan out hits the next one only when all copies are in sync again.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

BROKER = "kafka"
SESSION_TIMEOUT_SECONDS = 6.0
"""Of the local stack: who sleeps longer is replaced, and wakes as a zombie."""
PAUSE_SECONDS = (2.0, 5.0)
SLEEP_SECONDS = (SESSION_TIMEOUT_SECONDS + 2, 40.0)
SLEEP_PART_MAX = 0.2
"""Of the whole round: in a short one nobody sleeps through most of it."""
STRIKE_EVERY_SECONDS = 3.0
CATCH_UP_SECONDS = 25.0
"""After a broker's return until the next may be hit."""
RECOVER_SECONDS = 5.0
"""After any other process's return until the same one may be hit again."""
COVERED_MINUTES = 4
"""From here on every kind of process meets every kind of fault; a shorter round kills each kind at least once."""


class Fault(StrEnum):
    KILL = "kill"
    """-9; it is started again."""
    PAUSE = "pause"
    """Stopped, and going on before anybody may count it as gone."""
    SLEEP = "sleep"
    """Stopped for longer than a session: others take its place, and then it wakes."""
    RESTART = "restart"
    """Told to end in peace, and started again."""


HOLDS = frozenset({Fault.PAUSE, Fault.SLEEP})


@dataclass(frozen=True, slots=True)
class Strike:
    """`hold_seconds` is how long a stopped process stays so."""

    at_seconds: float
    target: str
    program: str
    fault: Fault
    hold_seconds: float = 0.0

    @property
    def ends_seconds(self) -> float:
        return self.at_seconds + self.hold_seconds

    def __str__(self) -> str:
        held = f" for {self.hold_seconds:.1f} s" if self.hold_seconds else ""
        return f"{self.at_seconds:6.1f} s  {self.fault} {self.target}{held}"


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    seconds: float
    strikes: tuple[Strike, ...]

    @property
    def is_covering(self) -> bool:
        return self.seconds >= COVERED_MINUTES * 60


type Targets = Mapping[str, Sequence[str]]
"""The instances of each program."""


def draw(seed: int, seconds: float, targets: Targets) -> Plan:
    chance = random.Random(seed)
    others = {program: instances for program, instances in targets.items() if program != BROKER}
    strikes = [*_brokers(chance, seconds, targets[BROKER]), *_others(chance, seconds, others)]
    return Plan(seed, seconds, tuple(sorted(strikes, key=lambda strike: strike.at_seconds)))


def _brokers(chance: random.Random, seconds: float, brokers: Sequence[str]) -> Iterator[Strike]:
    """A kill first, because even the shortest round has room for one; then the rest in any order, again and again."""
    at = chance.uniform(RECOVER_SECONDS, 2 * RECOVER_SECONDS)
    for fault in _endless(chance, first=[Fault.KILL], then=list(Fault)):
        strike = Strike(at, chance.choice(brokers), BROKER, fault, _hold(chance, fault, seconds))
        if strike.ends_seconds + RECOVER_SECONDS > seconds:
            return
        yield strike
        at = strike.ends_seconds + CATCH_UP_SECONDS


def _others(chance: random.Random, seconds: float, targets: Targets) -> Iterator[Strike]:
    """Every kind killed once, then every pair of kind and fault, then all pairs again and again; each slot of time has one strike."""
    kills = [(program, Fault.KILL) for program in targets]
    pairs = [(program, fault) for program in targets for fault in Fault]
    wanted = _endless(chance, first=kills, then=pairs)
    free_at = dict.fromkeys((instance for instances in targets.values() for instance in instances), 0.0)
    slots = int(seconds / STRIKE_EVERY_SECONDS)
    for slot in range(slots):
        program, fault = next(wanted)
        hold = _hold(chance, fault, seconds)
        target = min(targets[program], key=lambda instance: (free_at[instance], chance.random()))
        at = max((slot + chance.random()) * STRIKE_EVERY_SECONDS, free_at[target])
        strike = Strike(min(at, seconds - hold), target, program, fault, hold)
        if strike.at_seconds >= free_at[target]:
            free_at[target] = strike.ends_seconds + RECOVER_SECONDS
            yield strike


def _endless[T](chance: random.Random, first: list[T], then: list[T]) -> Iterator[T]:
    """All of `first`, what of `then` was not among them, and all of `then` for ever, each shuffled."""
    rounds = [first, [one for one in then if one not in first]]
    while True:
        for one in rounds or [then]:
            yield from chance.sample(one, len(one))
        rounds = []


def _hold(chance: random.Random, fault: Fault, seconds: float) -> float:
    if fault not in HOLDS:
        return 0.0
    least, most = PAUSE_SECONDS if fault is Fault.PAUSE else SLEEP_SECONDS
    return chance.uniform(least, max(least, min(most, seconds * SLEEP_PART_MAX)))
