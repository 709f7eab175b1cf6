"""What can go wrong, how often it does under one seed, and how often it did."""

from collections import Counter
from collections.abc import Set as AbstractSet
from enum import StrEnum
from random import Random


class Fault(StrEnum):
    CRASH = "an owner's process dies at an await"
    FREEZE = "an owner's process sleeps, and wakes as a zombie"
    COMMIT_HAPPENED = "a commit stands, and its answer is lost"
    COMMIT_DID_NOT = "a commit is not heard of, and did not happen"
    SEND_FAILED = "a send inside a transaction fails"
    GIVEN_UP = "the log gives a transaction up after its time"
    UNAVAILABLE = "the log does not answer"
    REBALANCE = "the group is balanced anew"
    STORM = "the group is balanced several times in a row"
    CLOCK_BACK = "a process's clock is set back"
    CLOCK_JUMP = "the clock jumps forward"
    CLOCK_SKEW = "a process's clock is wrong"
    SLOW = "something takes long"
    WORKER_CRASH = "a worker dies, and is given its commands again"
    TRANSIENT = "an attempt fails, and did not happen"
    REJECTED = "an attempt is rejected"
    THROTTLED = "a marketplace asks us to wait"
    ANSWER_LOST = "an effect happens, and its answer is lost"
    EFFECT_LATE = "an effect happens after its attempt's lease has ended"
    COMMAND_TWICE = "a command is carried out by two workers at once"
    OUTCOME_LOST = "an outcome never comes"
    OUTCOME_LATE = "an outcome comes after its lease"
    OUTCOME_TWICE = "an outcome comes twice"
    REQUEST_TWICE = "a request comes twice"
    ASTRAY = "a request lies on a wrong partition"
    GARBAGE = "a record is no message"
    BROWSER_LEAVES = "a seller's browser goes"
    CONTROL = "a person pauses, resumes, cancels or retries"
    POISON = "a decider raises"
    BROKEN_TURN = "a turn breaks after its decision, and leaves half a state"
    SNAPSHOTS = "a shard begins with a snapshot"
    SNAPSHOT_CORRUPT = "a snapshot is not as it was saved"
    SNAPSHOT_GONE = "the newest snapshot is gone"
    FULL = "a shard is full"
    PAGE_AGAIN = "a page of the journal is projected again"
    DAYS = "days pass, and what was asked is asked again"
    RETENTION = "the log deletes what is old"
    HASTE = "a person asks for much at once, and stops the oldest of it before it has begun"


RATES: dict[Fault, float] = {
    Fault.CRASH: 0.004,
    Fault.FREEZE: 0.001,
    Fault.COMMIT_HAPPENED: 0.02,
    Fault.COMMIT_DID_NOT: 0.02,
    Fault.SEND_FAILED: 0.004,
    Fault.GIVEN_UP: 0.01,
    Fault.UNAVAILABLE: 0.003,
    Fault.REBALANCE: 0.3,
    Fault.STORM: 0.06,
    Fault.CLOCK_BACK: 0.3,
    Fault.CLOCK_JUMP: 0.15,
    Fault.CLOCK_SKEW: 1.0,
    Fault.SLOW: 0.03,
    Fault.WORKER_CRASH: 0.15,
    Fault.TRANSIENT: 0.1,
    Fault.REJECTED: 0.02,
    Fault.THROTTLED: 0.08,
    Fault.ANSWER_LOST: 0.06,
    Fault.EFFECT_LATE: 0.03,
    Fault.COMMAND_TWICE: 0.05,
    Fault.OUTCOME_LOST: 0.03,
    Fault.OUTCOME_LATE: 0.05,
    Fault.OUTCOME_TWICE: 0.15,
    Fault.REQUEST_TWICE: 0.3,
    Fault.ASTRAY: 0.15,
    Fault.GARBAGE: 0.15,
    Fault.BROWSER_LEAVES: 0.3,
    Fault.CONTROL: 0.5,
    Fault.POISON: 0.04,
    Fault.BROKEN_TURN: 0.03,
    Fault.SNAPSHOTS: 1.0,
    Fault.SNAPSHOT_CORRUPT: 0.2,
    Fault.SNAPSHOT_GONE: 0.2,
    Fault.FULL: 1.0,
    Fault.PAGE_AGAIN: 0.3,
    Fault.DAYS: 1.0,
    Fault.RETENTION: 1.0,
    Fault.HASTE: 1.0,
}
"""By occasion, when a seed has the fault at all."""
PLANNED = 0.45
"""How likely a seed has a fault: a run with a few kinds goes deeper than one with all."""
SELDOM = {Fault.FULL: 0.15, Fault.BROKEN_TURN: 0.2, Fault.POISON: 0.3, Fault.DAYS: 0.3, Fault.HASTE: 0.15}
"""These take much of a run, or end much of what it would have become."""
APART = {Fault.HASTE}
"""Came later: planned by a chance of their own, so that a seed without them is the run that it was before."""


class Faults:
    """One seed's plan and count. Draws from the run's one source of chance; of what came later, whether a seed has it, from `apart`."""

    def __init__(self, chance: Random, apart: Random, without: AbstractSet[Fault] = frozenset()) -> None:
        self._chance = chance
        drawn = _drawn(chance, RATES.keys() - APART) | _drawn(apart, APART)
        self.rates = {fault: rate for fault, rate in drawn.items() if fault not in without}
        self.fired: Counter[Fault] = Counter()
        self.on = True

    def plans(self, fault: Fault) -> bool:
        """Of what is no matter of occasions."""
        return fault in self.rates

    def strikes(self, fault: Fault) -> bool:
        if not self.on or self._chance.random() >= self.rates.get(fault, 0):
            return False
        self.fired[fault] += 1
        return True


def _drawn(chance: Random, faults: AbstractSet[Fault]) -> dict[Fault, float]:
    """In the order of the table, whatever order a set has."""
    planned = (fault for fault in RATES if fault in faults and chance.random() < SELDOM.get(fault, PLANNED))
    return {fault: RATES[fault] * chance.uniform(0.3, 2) for fault in planned}
