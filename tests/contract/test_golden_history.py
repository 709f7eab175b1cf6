"""A journal as it was written by the first version: it must fold to the same state for ever."""

import json
from pathlib import Path
from typing import cast

from hawker.contracts.codec import FACTS, decode
from hawker.contracts.facts import Fact
from orchestrator.core.apply import apply
from orchestrator.core.state import Shard
from orchestrator.shard.recover import cause_of
from tests.support.summary import summary

HISTORY = Path(__file__).parent / "histories" / "0.1.0.jsonl"


def test_the_journal_of_0_1_0_folds_to_the_state_it_had() -> None:
    *records, last = [json.loads(line) for line in HISTORY.read_text().splitlines()]
    shard = Shard()
    for record in records:
        fact = decode(record["type"], record["value"].encode(), FACTS)
        apply(shard, cast("Fact", fact), cause_of(record["cause"]))  # the table holds the members of this union
    assert summary(shard) == last
