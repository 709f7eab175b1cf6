"""What a command needs of the machine, in one value, so that tests can hand in another one."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from hawker.cli.access import Access, find
from hawker.client import Hawker
from hawker.client.calls import Sleep, Told


@dataclass(frozen=True, slots=True)
class World:
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    folder: Path = field(default_factory=Path.cwd)
    transport: httpx.AsyncBaseTransport | None = None
    sleep: Sleep = asyncio.sleep

    def access(self) -> Access:
        return find(self.environ, self.folder)

    def connect(self, repeating: Told, *, as_operator: bool = False) -> Hawker:
        access = self.access()
        token = access.operator_token_text if as_operator else access.token_text
        return Hawker(access.api_url, token, transport=self.transport, sleep=self.sleep, repeating=repeating)
