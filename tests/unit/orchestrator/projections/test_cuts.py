"""However the journal is cut into pages and whichever of them come twice, a job's row says the same; named after what once did not."""

from collections.abc import Sequence

import pytest

from hawker.contracts.envelope import Envelope
from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Recorded
from orchestrator.projections.fold import fold
from tests.invariants.tables import Tables
from tests.support.row_stories import ROW_STORIES, cuts


def recorded(facts: Sequence[Fact]) -> Sequence[Recorded[Fact]]:
    return [
        Recorded("hawker.journal", 0, 2 * number, Envelope(str(number), fact.type_name, "test", fact.at), fact)
        for number, fact in enumerate(facts)
    ]


@pytest.mark.parametrize("name", ROW_STORIES)
def test_a_row_says_the_same_however_its_journal_was_cut(name: str) -> None:
    facts, said = ROW_STORIES[name]
    for pages in cuts(recorded(facts), pages_max=len(facts)):
        tables = Tables()
        for page in pages:
            tables.write(fold(page))
        [row] = tables.jobs.values()
        assert {column: row[column] for column in said} == said, f"cut at {[page[0].offset for page in pages]}"


@pytest.mark.parametrize("name", ROW_STORIES)
def test_a_page_that_comes_again_after_all_of_them_changes_nothing(name: str) -> None:
    facts, said = ROW_STORIES[name]
    for pages in cuts(recorded(facts), pages_max=len(facts)):
        for again in pages:
            tables = Tables()
            for page in (*pages, again):
                tables.write(fold(page))
            [row] = tables.jobs.values()
            assert {column: row[column] for column in said} == said, f"{again[0].offset} came again"
