"""What may become of a letter, and why not. Pure: it sees the letter and knows the topics."""

import uuid
from collections.abc import Iterable, Mapping, Sequence

from api_gateway.letters.bodies import LetterResult, Outcome
from api_gateway.letters.letter import Letter
from hawker.contracts.dead_letters import Closing, LetterState
from hawker.contracts.limits import PARKED_INPUTS_MAX
from hawker.contracts.topics import Lane, Topics

_NAMES = uuid.UUID("5f1f8f0e-3c39-5b0e-8d64-1c1f0a6d2b77")
DONE: Mapping[Closing, Outcome] = {Closing.REDRIVEN: Outcome.REDRIVEN, Closing.DISCARDED: Outcome.DISCARDED}
_ALREADY: Mapping[tuple[Closing, LetterState], Outcome] = {
    (Closing.REDRIVEN, LetterState.REDRIVEN): Outcome.ALREADY_REDRIVEN,
    (Closing.DISCARDED, LetterState.DISCARDED): Outcome.ALREADY_DISCARDED,
}
NO_SUCH_LETTER = "there is no such letter"


def stays(letter: Letter, topics: Topics) -> str | None:
    """Why this letter cannot be redriven, alone or with its job's others. None where it can."""
    if letter.topic in {topics.commands(lane) for lane in Lane}:
        return "it is a command: its lease ends and the orchestrator tries again by itself; discard it"
    if letter.topic not in {topics.requests, topics.outcomes}:
        return f"it came from {letter.topic}, and only {topics.requests} and {topics.outcomes} take anything back"
    if letter.is_cut:
        return f"its value was cut from {letter.value_bytes} bytes to {letter.kept_bytes}: ask for it anew, and discard it"
    if letter.is_empty:
        return "it has neither a key nor a value"
    return None


def together_stay(letters: Sequence[Letter], topics: Topics) -> str | None:
    """Why a job's letters cannot go: all of them or none, for a hole in their order would be worse."""
    if len(letters) > PARKED_INPUTS_MAX:
        return f"its job has more than {PARKED_INPUTS_MAX} letters, and one request carries no more: discard what is not needed"
    for letter in letters:
        if (why := stays(letter, topics)) is not None:
            return f"{letter.origin} of the same job stays: {why}"
    return None


def closed(letter: Letter, how: Closing) -> LetterResult | None:
    """What to say of a letter that somebody has dealt with. None where it waits."""
    if letter.state is LetterState.WAITING:
        return None
    said = f"{letter.state} by {letter.closed_by or 'somebody'}"
    outcome = _ALREADY.get((how, letter.state))
    return LetterResult(origin=letter.origin, result=outcome or Outcome.REFUSED, reason=said)


def done(letter: Letter, how: Closing, reason: str | None = None) -> LetterResult:
    return LetterResult(origin=letter.origin, result=DONE[how], reason=reason)


def refused(origin: str, reason: str) -> LetterResult:
    return LetterResult(origin=origin, result=Outcome.REFUSED, reason=reason)


def request_id(how: Closing, letters: Iterable[Letter]) -> str:
    """The same word on the same letters has the same name, whoever says it and however often: the orchestrator hears it once."""
    return str(uuid.uuid5(_NAMES, "\n".join((how, *(letter.origin for letter in letters)))))
