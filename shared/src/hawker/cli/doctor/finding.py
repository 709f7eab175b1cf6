"""What a check says: a name, how it is, what was found and what to do."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import JsonValue


class State(StrEnum):
    OK = "ok"
    NOTE = "note"
    """Not there, and nothing that is asked of this machine needs it now."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    state: State
    detail: str
    advice: str = ""

    def as_json(self) -> JsonValue:
        return {"name": self.name, "state": self.state.value, "detail": self.detail, "advice": self.advice}


def ok(name: str, detail: str) -> Finding:
    return Finding(name, State.OK, detail)


def note(name: str, detail: str, advice: str = "") -> Finding:
    return Finding(name, State.NOTE, detail, advice)


def wrong(name: str, detail: str, advice: str) -> Finding:
    return Finding(name, State.WRONG, detail, advice)


def lacking(name: str, detail: str, advice: str, *, needed: bool) -> Finding:
    return Finding(name, State.WRONG if needed else State.NOTE, detail, advice)
