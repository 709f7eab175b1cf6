"""Letters redriven or discarded: first the word to the log, then the closing of each letter. A crash in between leaves them waiting, and saying it again is harmless."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from api_gateway import problems
from api_gateway.letters import rules
from api_gateway.letters.bodies import Handled, LetterResult, ParkedJobBody, Selection
from api_gateway.letters.letter import Letter, Raws
from api_gateway.letters.reads import LetterReads, Scope
from api_gateway.publishing import Writing
from hawker.contracts.codec import OversizeError, encode
from hawker.contracts.dead_letters import SELECTION_LETTERS_MAX, Closing, DeadLetterClosed, LetterState
from hawker.contracts.envelope import Envelope, to_headers
from hawker.contracts.requests import JobUnparkRequested, ParkedInput
from hawker.contracts.topics import Topics
from hawker.kafka.errors import Unavailable

SOURCE = "api-gateway"
SHOWN_SECONDS_MAX = 2.0
SHOWN_AGAIN_SECONDS = 0.05
WENT_ALONG = "it went with its job's other letters"
GOES_ON = "its job goes on without it"
STAYS_PARKED = "its job stays parked: other letters of it wait"


@dataclass(frozen=True, slots=True)
class Handler:
    """Who handles them, and whose they may be."""

    name: str
    scope: Scope
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Handling:
    reads: LetterReads
    log: Writing
    topics: Topics
    shown_seconds_max: float = SHOWN_SECONDS_MAX

    async def redrive(self, handler: Handler, selection: Selection) -> Handled:
        """Raises Problem."""
        return await self._each(handler, selection, Closing.REDRIVEN)

    async def discard(self, handler: Handler, selection: Selection) -> Handled:
        """Raises Problem."""
        return await self._each(handler, selection, Closing.DISCARDED)

    async def _each(self, handler: Handler, selection: Selection, how: Closing) -> Handled:
        origins, more = await self._origins(handler.scope, selection)
        found = {letter.origin: letter for letter in await self.reads.named(handler.scope, origins)}
        results: dict[str, LetterResult] = {}
        try:
            for origin, letter in found.items():
                if origin not in results:
                    results |= {result.origin: result for result in await self._one(handler, letter, how, chosen=found)}
        except Unavailable as fault:
            raise problems.unavailable("The log") from fault
        await self._shown(handler.scope, [origin for origin, one in results.items() if one.result == rules.DONE[how]])
        results |= {origin: rules.refused(origin, rules.NO_SUCH_LETTER) for origin in origins if origin not in found}
        return Handled(results=list(results.values()), more=more)

    async def _origins(self, scope: Scope, selection: Selection) -> tuple[Sequence[str], bool]:
        if selection.filter is None:
            return list(dict.fromkeys(selection.origins)), False
        found = await self.reads.waiting(scope, selection.filter, SELECTION_LETTERS_MAX + 1)
        return found[:SELECTION_LETTERS_MAX], len(found) > SELECTION_LETTERS_MAX

    async def _one(self, handler: Handler, letter: Letter, how: Closing, *, chosen: Mapping[str, Letter]) -> Sequence[LetterResult]:
        if (result := rules.closed(letter, how)) is not None:
            await self._let_go_again(handler, letter, how)
            return [result]
        if letter.job is not None:
            together = await self.reads.of_job(handler.scope, *letter.job, SELECTION_LETTERS_MAX + 1)
            if how is Closing.REDRIVEN:
                return await self._redrive_job(handler, together, chosen)
            return await self._discard_of_job(handler, together, [one for one in chosen.values() if one.job == letter.job])
        if how is Closing.REDRIVEN:
            if (why := rules.stays(letter, self.topics)) is not None:
                return [rules.refused(letter.origin, why)]
            await self._put_back(await self.reads.raw(handler.scope, [letter.origin]), [letter])
        await self._close(handler, [letter], how)
        return [rules.done(letter, how)]

    async def _redrive_job(self, handler: Handler, letters: Sequence[Letter], chosen: Mapping[str, Letter]) -> Sequence[LetterResult]:
        """All of a job's letters in one request, so that nothing can come between them."""
        if (why := rules.together_stay(letters, self.topics)) is not None:
            return [rules.refused(letter.origin, why) for letter in letters]
        raws = await self.reads.raw(handler.scope, [letter.origin for letter in letters])
        inputs = [_input(letter, raws) for letter in letters]
        try:
            await self._unpark(handler, letters, Closing.REDRIVEN, inputs)
        except OversizeError:
            if any(letter.topic != self.topics.requests for letter in letters):
                why = "its job's letters are too large for one request: discard what is not needed"
                return [rules.refused(letter.origin, why) for letter in letters]
            await self._unpark(handler, letters, Closing.REDRIVEN, [])
            await self._put_back(raws, letters)  # After the unparking, on the same partition: the order holds.
        await self._close(handler, letters, Closing.REDRIVEN)
        return [rules.done(letter, Closing.REDRIVEN, None if letter.origin in chosen else WENT_ALONG) for letter in letters]

    async def _discard_of_job(self, handler: Handler, waiting: Sequence[Letter], chosen: Sequence[Letter]) -> Sequence[LetterResult]:
        """A job goes on when its last letter is gone; while others wait, it stays parked for them."""
        letters = [letter for letter in chosen if letter.state is LetterState.WAITING]
        is_last = {letter.origin for letter in waiting} <= {letter.origin for letter in letters}
        if is_last:
            await self._unpark(handler, letters, Closing.DISCARDED, [])
        await self._close(handler, letters, Closing.DISCARDED)
        return [rules.done(letter, Closing.DISCARDED, GOES_ON if is_last else STAYS_PARKED) for letter in letters]

    async def let_go(self, handler: Handler, job: ParkedJobBody, request_id: str) -> None:
        """A job that no letter speaks of. Raises Problem."""
        try:
            await self._ask(handler, (job.tenant_id, job.job_id), request_id, [])
        except Unavailable as fault:
            raise problems.unavailable("The log") from fault

    async def _let_go_again(self, handler: Handler, letter: Letter, how: Closing) -> None:
        """Two discards at one time may each have seen the other's letter waiting. Saying it again lets the job go; a job that went hears nothing new."""
        if letter.job is None or how is not Closing.DISCARDED or letter.state is not LetterState.DISCARDED:
            return
        if not await self.reads.of_job(handler.scope, *letter.job, 1):
            await self._unpark(handler, [letter], how, [])

    async def _unpark(self, handler: Handler, letters: Sequence[Letter], how: Closing, inputs: Sequence[ParkedInput]) -> None:
        assert letters[0].job is not None, "only letters of a job unpark one"
        await self._ask(handler, letters[0].job, rules.request_id(how, letters), inputs)

    async def _ask(self, handler: Handler, job: tuple[str, str], request_id: str, inputs: Sequence[ParkedInput]) -> None:
        """Raises Unavailable or OversizeError."""
        (tenant_id, job_id), now = job, datetime.now(UTC)
        request = JobUnparkRequested(tenant_id=tenant_id, requested_at=now, request_id=request_id, job_id=job_id, inputs=tuple(inputs))
        await self.log.publish(self.topics.requests, tenant_id, request, id=request_id, traceparent=handler.traceparent)

    async def _shown(self, scope: Scope, origins: Sequence[str]) -> None:
        """Waits for the projector, so that who looks next sees what was done; not for long, for it was done."""
        until = monotonic() + self.shown_seconds_max
        while origins and monotonic() < until:
            if not any(letter.state is LetterState.WAITING for letter in await self.reads.named(scope, origins)):
                return
            await asyncio.sleep(SHOWN_AGAIN_SECONDS)

    async def _put_back(self, raws: Raws, letters: Sequence[Letter]) -> None:
        """To where each came from, as it came. Raises Unavailable."""
        for letter in letters:
            raw = raws[letter.origin]
            await self.log.write(letter.topic, key=raw.key, value=raw.value, headers=raw.headers)

    async def _close(self, handler: Handler, letters: Sequence[Letter], how: Closing) -> None:
        """Under each letter's own key, so that no reader meets the closing before the letter. Raises Unavailable."""
        request_id = rules.request_id(how, letters)
        for letter in letters:
            now = datetime.now(UTC)
            closed = DeadLetterClosed(origin=letter.origin, how=how, by=handler.name, at=now, request_id=request_id)
            envelope = Envelope(f"{request_id}:{letter.origin}", closed.type_name, SOURCE, now, handler.traceparent)
            key = letter.origin.encode() if letter.key is None else letter.key
            await self.log.write(self.topics.dead_letters, key=key, value=encode(closed), headers=to_headers(envelope))


def _input(letter: Letter, raws: Raws) -> ParkedInput:
    value = raws[letter.origin].value or b""
    return ParkedInput(type=letter.type or "", value=value.decode(errors="replace"), origin=letter.origin)
