"""What a worker is made of: a table of handlers, and a way to reach the account a command is for."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from hawker.contracts.commands import ExecuteTask
from hawker.contracts.failures import Failure
from hawker.contracts.topics import Lane
from hawker.contracts.words import Result

type Handler[A] = Callable[[ExecuteTask, A], Awaitable[Result | Failure]]
"""One operation. `A` is what it acts through: the marketplace, as the command's account sees it."""


@dataclass(frozen=True, slots=True)
class Worker[A]:
    """`connect` finds the account's way to the marketplace, or says why there is none.

    `assigned` is told which partitions of the lane this process has, whenever that changes; it must not wait.
    """

    name: str
    lane: Lane
    handlers: Mapping[str, Handler[A]]
    connect: Callable[[ExecuteTask], Awaitable[A | Failure]]
    assigned: Callable[[frozenset[int]], None] = lambda _: None
