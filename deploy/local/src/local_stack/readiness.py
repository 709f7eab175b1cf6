"""Waits until a stack takes work, and says what it waits for when that takes too long. Starts nothing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import httpx

from local_stack.servers import NotReadyError, wait_until

if TYPE_CHECKING:
    from local_stack.stack import Stack

READY_PATH = "/health/ready"
READY_SECONDS_MAX = 60.0
_ANSWER_SECONDS = 2.0
_LOG_LINES = 15


def wait(stack: "Stack") -> None:
    """Raises NotReadyError with the last lines of the log that explains it."""
    url = stack.addresses.api_url + READY_PATH
    try:
        wait_until(lambda: is_ready(url), "the gateway", seconds_max=READY_SECONDS_MAX)
    except NotReadyError as fault:
        raise NotReadyError(f"{fault}\n{_explain(stack, url)}") from None


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


def _explain(stack: "Stack", url: str) -> str:
    down = [name for name, state in stack.supervisor.states().items() if state != "RUNNING"]
    try:
        said = httpx.get(url, timeout=_ANSWER_SECONDS, trust_env=False).text
    except httpx.TransportError as fault:
        said = f"no answer ({type(fault).__name__})"
    return "\n".join([f"{url}: {said}", f"not running: {', '.join(down) or 'none'}", *_last_lines(stack, [*down, "gateway"])])


def _last_lines(stack: "Stack", instances: Sequence[str]) -> Sequence[str]:
    return [f"{name}: {line}" for name in dict.fromkeys(instances) for line in stack.log(name).splitlines()[-_LOG_LINES:]]
