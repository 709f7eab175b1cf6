"""Waits until a stack takes work, and says what it waits for when that takes too long. Starts nothing."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import httpx

from local_stack.addresses import HOST
from local_stack.wait import NotReadyError, accepts, wait_until

if TYPE_CHECKING:
    from local_stack.stack import Stack

READY_PATH = "/health/ready"
READY_SECONDS_MAX = 120.0
"""A stack of twenty processes that begin at once on two busy cores needs more than one."""
_ANSWER_SECONDS = 2.0
_LOG_LINES = 15


def wait(stack: "Stack") -> None:
    """Raises NotReadyError with the last lines of the logs that explain it."""
    url = stack.addresses.api_url + READY_PATH
    _wait(stack, lambda: is_ready(url), "gateway")


def wait_for_bridge(stack: "Stack") -> None:
    _wait(stack, lambda: accepts(HOST, stack.addresses.ports["bridge"]), "plugin-bridge")


def _wait(stack: "Stack", ready: Callable[[], bool], instance: str) -> None:
    try:
        wait_until(ready, f"the {instance}", seconds_max=READY_SECONDS_MAX)
    except NotReadyError as fault:
        raise NotReadyError(f"{fault}\n{_explain(stack, instance)}") from None


def answers(url: str) -> bool:
    """Whether anything speaks HTTP there."""
    try:
        httpx.get(url, timeout=_ANSWER_SECONDS, trust_env=False)
    except httpx.TransportError:
        return False
    return True


def is_ready(url: str) -> bool:
    try:
        return httpx.get(url, timeout=_ANSWER_SECONDS, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _explain(stack: "Stack", instance: str) -> str:
    """What is down, what the gateway says of itself, and the end of the logs of both."""
    down = [name for name, state in stack.supervisor.states().items() if state != "RUNNING"]
    url = stack.addresses.api_url + READY_PATH
    try:
        said = httpx.get(url, timeout=_ANSWER_SECONDS, trust_env=False).text
    except httpx.TransportError as fault:
        said = f"no answer ({type(fault).__name__})"
    return "\n".join([f"not running: {', '.join(down) or 'none'}", f"{url}: {said}", *_last_lines(stack, [*down, instance])])


def _last_lines(stack: "Stack", instances: Sequence[str]) -> Sequence[str]:
    return [f"{name}: {line}" for name in dict.fromkeys(instances) for line in stack.log(name).splitlines()[-_LOG_LINES:]]
