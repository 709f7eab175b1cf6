"""Dead letters: what could not be used, why, and what becomes of it. For operators, and for admins of a tenant."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict

from api_gateway import paging, problems
from api_gateway.asking import Behind, IdempotencyKey, LetterHandler, WantedPage
from api_gateway.bodies import Page
from api_gateway.letters import reads, showing
from api_gateway.letters.bodies import PLAIN, DeadLetterBody, DeadLetterDetail, Handled, LetterFilter, Selection
from api_gateway.routes import answers
from hawker.contracts.dead_letters import LetterState

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"])


class Asked(LetterFilter):
    """A filter in the query, beside what every list takes."""

    model_config = ConfigDict(extra="ignore")

    state: LetterState | None = None


@router.get("", responses=answers.LETTERS)
async def list_dead_letters(
    who: LetterHandler, behind: Behind, wanted: WantedPage, asked: Annotated[Asked, Query()]
) -> Page[DeadLetterBody]:
    """Newest first, without headers and values; `totals` counts what fits the filter by state."""
    letters = behind.letters
    found, totals = await letters.reads.page(who.scope, wanted, asked, asked.state)
    return paging.page(found, wanted.limit, reads.place, lambda letter: showing.listed(letter, letters.topics), totals)


@router.get("/{origin:path}", responses=answers.LETTER)
async def get_dead_letter(
    origin: Annotated[str, Path(min_length=1, max_length=400, pattern=PLAIN)], who: LetterHandler, behind: Behind
) -> DeadLetterDetail:
    """The whole letter, as it came."""
    letters = behind.letters
    found = await letters.reads.named(who.scope, [origin])
    raws = await letters.reads.raw(who.scope, [origin])
    if not found or origin not in raws:
        raise problems.not_found(f"No dead letter {origin}.")
    return showing.whole(found[0], raws[origin], letters.topics)


@router.post("/redrive", responses=answers.HANDLING)
async def redrive_dead_letters(selection: Selection, who: LetterHandler, behind: Behind, idempotency_key: IdempotencyKey = None) -> Handled:  # noqa: ARG001 - a repeat is known by its letters, with a key or without
    """Gives them back to whom they were for: a job's letters all together and in order, others as they came. Again is harmless."""
    return await behind.letters.redrive(who, selection)


@router.post("/discard", responses=answers.HANDLING)
async def discard_dead_letters(selection: Selection, who: LetterHandler, behind: Behind, idempotency_key: IdempotencyKey = None) -> Handled:  # noqa: ARG001 - a repeat is known by its letters, with a key or without
    """Never uses them. A job whose last letter is discarded goes on without; while other letters of it wait, it stays parked."""
    return await behind.letters.discard(who, selection)
