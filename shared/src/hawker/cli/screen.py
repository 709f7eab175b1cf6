"""The two ways out: results on stdout, everything else on stderr. With --json, stdout holds one JSON document and nothing else."""

import json
import sys
from dataclasses import dataclass

from pydantic import BaseModel, JsonValue
from rich.console import Console, RenderableType
from rich.text import Text

from hawker.client import HawkerError

WIDTH_WHEN_PIPED = 160
"""A pipe has no width; tables must not be cut to 80 columns there."""


@dataclass(frozen=True, slots=True)
class Screen:
    as_json: bool
    out: Console
    err: Console

    def show(self, for_people: RenderableType, for_machines: BaseModel | JsonValue) -> None:
        """One result, in the form that was asked for."""
        if self.as_json:
            value = for_machines.model_dump(mode="json") if isinstance(for_machines, BaseModel) else for_machines
            sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
        else:
            self.out.print(for_people)

    def say(self, text: str, style: str = "") -> None:
        """A word on the side, never part of the result. What others wrote is text here, not markup."""
        self.err.print(Text(text, style=style))

    def fail(self, error: HawkerError) -> None:
        self.say(f"{error}", "bold red")
        if error.advice:
            self.say(error.advice)
        if self.as_json:
            told: dict[str, JsonValue] = {"title": error.title, "detail": error.detail, "advice": error.advice, "status": error.status}
            self.show("", {"error": told})


def screen(*, as_json: bool) -> Screen:
    return Screen(as_json, _console(stderr=False), _console(stderr=True))


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else WIDTH_WHEN_PIPED, highlight=False, soft_wrap=False)
