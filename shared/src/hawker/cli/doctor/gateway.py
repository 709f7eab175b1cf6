"""The gateway and the token: is it there, is it ready, and for whom does it take this token, until when."""

from datetime import UTC, datetime, timedelta

from hawker.cli.doctor.claims import read_claims
from hawker.cli.doctor.finding import Finding, note, ok, wrong
from hawker.cli.doctor.machine import Machine
from hawker.client import Hawker, HawkerError, NotAllowed, NotReachable
from hawker.client.retrying import Retrying
from hawker.contracts.dead_letters import LetterState

ONCE = Retrying(attempts_max=1)
"""Doctor tells how it is now."""
TOKEN_ADVICE = "Take a fresh one and set it as HAWKER_TOKEN; `make up` makes the local stack's."  # noqa: S105  # a sentence about tokens
SOON = timedelta(hours=1)


async def examine(machine: Machine) -> list[Finding]:
    access = machine.access
    try:
        async with Hawker(access.api_url, access.token_text, transport=machine.world.transport, retrying=ONCE) as hawker:
            is_there, finding = await _gateway(machine, hawker)
            return [finding, await _token(machine, hawker), *await _letters(machine)] if is_there else [finding]
    except HawkerError as error:  # An address or a token that cannot be used at all.
        return [wrong("Settings", str(error), error.advice)]


async def _gateway(machine: Machine, hawker: Hawker) -> tuple[bool, Finding]:
    access = machine.access
    place = f"{access.api_url} (from {access.api_url_source})"
    try:
        await hawker.ready()
    except NotReachable as error:
        if access.api_url_source == "the default":
            return False, note(
                "Gateway", f"none at {access.api_url}, and no other is named", "Start the stack with `make up`, or set HAWKER_API_URL."
            )
        return False, wrong("Gateway", f"{place}: {error.detail}", error.advice)
    except HawkerError as error:
        advice = "Wait a moment; if it stays, look at what it waits for." if error.status == 503 else error.advice  # noqa: PLR2004  # HTTP's own number
        return error.status is not None, wrong("Gateway", f"{place} is not ready: {error}", advice)
    return True, ok("Gateway", f"{place} is ready")


async def _token(machine: Machine, hawker: Hawker) -> Finding:
    """First what the token says of itself, then whether the gateway takes it."""
    access = machine.access
    if access.token_text is None:
        return wrong("Token", "none: HAWKER_TOKEN is not set and no local stack has one", TOKEN_ADVICE)
    whose = _whose(access.token_text, access.token_source)
    try:
        async for _ in hawker.batches(page_items=1):
            break
    except NotAllowed as error:
        return wrong("Token", f"{whose}: not accepted: {error}", TOKEN_ADVICE)
    except HawkerError as error:
        return wrong("Token", f"{whose}: could not be tried: {error}", error.advice)
    return ok("Token", whose)


async def _letters(machine: Machine) -> list[Finding]:
    """How many wait, of whom the token may see; nothing where that is nobody's."""
    access = machine.access
    waiting = 0
    try:
        async with Hawker(access.api_url, access.operator_token_text, transport=machine.world.transport, retrying=ONCE) as hawker:
            async for page in hawker.dead_letters(page_items=1):
                waiting = page.totals.get(LetterState.WAITING, 0)
                break
    except HawkerError:
        return []  # A role that handles none, or a fault that the findings before have told.
    if not waiting:
        return [ok("Dead letters", "none waits")]
    advice = "`hawker dead-letters list` says why; mend the cause, then `hawker dead-letters redrive`, or `discard` what is of no use."
    return [note("Dead letters", f"{waiting} wait{'s' if waiting == 1 else ''} for somebody", advice)]


def _whose(token: str, source: str) -> str:
    claims = read_claims(token)
    if claims is None:
        return f"from {source}, no JWT"
    return f"from {source}, for {claims.sub} of tenant {claims.tenant} as {claims.role}, {_until(claims.exp)}"


def _until(seconds: float | None) -> str:
    if seconds is None:
        return "without an end"
    end = datetime.fromtimestamp(seconds, UTC)
    left = end - datetime.now(UTC)
    if left < timedelta():
        return f"ended on {end:%Y-%m-%d %H:%M} UTC"
    shown = f"{left // timedelta(minutes=1)} minutes" if left < SOON else f"{left // timedelta(hours=1)} hours"
    return f"valid for {shown} more"
