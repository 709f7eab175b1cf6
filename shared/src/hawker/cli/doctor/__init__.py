"""`hawker doctor`: what is there, what is wrong, and what to do about it. It looks and repairs nothing.

Every check is a function from the machine to findings; the table CHECKS is what doctor does.
"""

import asyncio
from typing import Never

import typer
from rich.table import Table
from rich.text import Text

from hawker.cli.doctor import gateway, programs, stack
from hawker.cli.doctor.finding import Finding, State
from hawker.cli.doctor.machine import Machine
from hawker.cli.exits import Exit
from hawker.cli.screen import screen
from hawker.cli.world import World

CHECKS = (programs.python, programs.java, programs.maven, programs.postgresql, stack.ports, stack.processes)
"""Of this machine; what the gateway says comes after them."""

SIGNS = {State.OK: Text("ok", style="green"), State.NOTE: Text("note", style="yellow"), State.WRONG: Text("wrong", style="bold red")}


def examine(context: typer.Context, *, as_json: bool) -> Never:
    machine = Machine(context.ensure_object(World))
    findings = [finding for check in CHECKS for finding in check(machine)] + asyncio.run(gateway.examine(machine))
    is_well = all(finding.state is not State.WRONG for finding in findings)
    screen(as_json=as_json).show(_table(findings), {"ok": is_well, "findings": [finding.as_json() for finding in findings]})
    raise typer.Exit(Exit.DONE if is_well else Exit.NOT_ALL)


def _table(findings: list[Finding]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("", "What", "Found", "What to do"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        table.add_row(SIGNS[finding.state], Text(finding.name), Text(finding.detail), Text(finding.advice))
    return table
