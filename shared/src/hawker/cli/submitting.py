"""`hawker submit`: a catalogue to one batch."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue
from rich.text import Text

from hawker.cli import catalogue, exits, tables
from hawker.cli.exits import Exit
from hawker.cli.looking import failures
from hawker.cli.screen import Screen
from hawker.cli.shopify import Catalogue, Unreadable
from hawker.cli.watching import follow, sending
from hawker.client import Batch, Hawker, HawkerError
from hawker.client.hawker import new_key
from hawker.contracts.words import Action, Marketplace, Priority


@dataclass(frozen=True, slots=True)
class Submit:
    """The command line of `hawker submit`."""

    file: Path
    marketplace: Marketplace
    action: Action
    priority: Priority | None
    account: str
    currency: str
    key: str | None
    skip_bad_rows: bool
    watch: bool

    async def __call__(self, hawker: Hawker, screen: Screen) -> Exit:
        screen.say(f"Reading {self.file} ...", "dim")
        found = catalogue.load(self.file, currency=self.currency)
        if isinstance(found, Unreadable):
            return self._refuse(found, len(found.faults), screen)
        catalogue.tell_notes(self.file, found, screen)
        if found.faults and not (self.skip_bad_rows and found.products):
            return self._refuse(found, found.fault_count, screen)
        self._tell_left_out(found, screen)
        batch = await self._send(hawker, found, screen)
        if self.watch:
            (batch,) = await follow(hawker, [batch], screen.err, names={batch.id: f"{self.file.name} to {self.marketplace}"})
        failed = await failures(hawker, batch) if batch.has_ended else []
        failed_as_json: list[JsonValue] = [job.model_dump(mode="json") for job in failed]
        screen.show(tables.batch(batch, failed), {"batch": batch.model_dump(mode="json"), "failures": failed_as_json, **self._told(found)})
        return self._status(batch, found)

    def _status(self, batch: Batch, found: Catalogue) -> Exit:
        status = exits.of_batch(batch) if self.watch else Exit.DONE
        return Exit.NOT_ALL if status is Exit.DONE and found.fault_count else status

    async def _send(self, hawker: Hawker, found: Catalogue, screen: Screen) -> Batch:
        key = self.key or new_key()
        count = len(found.products)
        screen.say(f"Sending {count} products from {self.file} to {self.marketplace} ...", "dim")
        try:
            with sending(count, screen.err) as sent:
                return await hawker.submit(
                    found.products, self.marketplace, action=self.action, priority=self.priority, account=self.account, key=key, sent=sent
                )
        except HawkerError as error:
            error.advice += f" To continue this very submit, repeat the command with --key {key}: nothing is done twice."
            raise

    def _refuse(self, found: Catalogue | Unreadable, count: int, screen: Screen) -> Exit:
        catalogue.tell_faults(self.file, found.faults, count, screen)
        hint = " Or send the other products now with --skip-bad-rows." if isinstance(found, Catalogue) and found.products else ""
        screen.say(f"Nothing was sent. Correct the file and submit it again.{hint}", "bold red")
        if screen.as_json:
            screen.show(Text(), {"batch": None, "failures": [], **self._told(found)})
        return Exit.BAD_FILE

    def _tell_left_out(self, found: Catalogue, screen: Screen) -> None:
        """A product with one bad row is left out whole: half a product on a marketplace is worse than none."""
        if found.faults:
            catalogue.tell_faults(self.file, found.faults, found.fault_count, screen)
            screen.say(f"Left out, because of these rows: {', '.join(found.left_out) or 'rows without a handle'}.", "yellow")

    def _told(self, found: Catalogue | Unreadable) -> dict[str, JsonValue]:
        faults = catalogue.as_json(self.file, found.faults)
        if isinstance(found, Unreadable):
            return {"product_count": 0, "left_out": [], "fault_count": len(faults), "faults": faults, "notes": []}
        notes: list[JsonValue] = [{"line": note.line, "text": note.text} for note in found.notes]
        return {
            "product_count": len(found.products),
            "left_out": list(found.left_out),
            "fault_count": found.fault_count,
            "faults": faults,
            "notes": notes,
        }
