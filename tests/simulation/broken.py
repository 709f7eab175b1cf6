"""How an orchestrator is broken on purpose: one thing replaced, for as long as a block lasts."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from unittest.mock import patch

type Mutation = Callable[[], AbstractContextManager[object]]


def replaced(target: object, name: str, broken: object) -> Mutation:
    return lambda: patch.object(target, name, broken)


def all_of(*mutations: Mutation) -> Mutation:
    @contextmanager
    def together() -> Iterator[None]:
        with ExitStack() as stack:
            for mutation in mutations:
                stack.enter_context(mutation())
            yield

    return together
