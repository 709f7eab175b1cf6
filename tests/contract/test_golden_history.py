"""Journals as released versions wrote them: they fold to the state they had, for ever. The recordings themselves never change either."""

import json
import tomllib
from typing import Any

import pytest

from hawker.contracts.codec import FACTS
from tests.support import recordings, tidy
from tests.support.picture import differences, picture
from tests.support.recordings import FOLDER
from tests.support.summary import summary

VERSIONS = recordings.versions()


def test_a_recording_never_changes_and_each_is_on_the_list() -> None:
    """A new version's files are added to the list by `make history`; a line that changes is a history that was falsified."""
    assert recordings.digests() == recordings.committed_digests()


def test_the_version_of_this_checkout_is_recorded_and_is_that_of_every_package() -> None:
    manifests = (
        *tidy.ROOT.glob("services/*/pyproject.toml"),
        *tidy.ROOT.glob("deploy/*/pyproject.toml"),
        tidy.ROOT / "shared/pyproject.toml",
    )
    assert {tomllib.loads(path.read_text())["project"]["version"] for path in manifests} == {VERSIONS[-1]}, "make history VERSION=n"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recording_is_whole(version: str) -> None:
    assert [part for part in recordings.PARTS if not (FOLDER / f"{version}.{part}").exists()] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_an_old_journal_folds_to_the_state_it_had(version: str) -> None:
    shard = recordings.fold(recordings.journal(version))
    assert list(differences(recordings.frozen(version, "state.json"), picture(shard))) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_each_fact_of_an_old_journal_changes_what_it_changed_then(version: str) -> None:
    frozen = recordings.frozen(version, "trail.json")
    assert list(differences(frozen, recordings.trail(recordings.journal(version)))) == []


def test_the_journal_of_0_1_0_folds_to_the_state_it_noted_itself() -> None:
    last = json.loads((FOLDER / "0.1.0.jsonl").read_text().splitlines()[-1])
    assert summary(recordings.fold(recordings.journal("0.1.0"))) == last


def test_the_newest_recording_has_every_kind_of_fact() -> None:
    """A fact that nobody recorded has a branch that nobody would miss."""
    recorded = {recorded.message.type_name for recorded in recordings.journal(VERSIONS[-1])}
    assert FACTS.keys() - recorded == set(), "record a journal of this version: make history"


def test_recordings_of_all_versions_together_miss_no_fact_that_was_ever_released() -> None:
    recorded = {recorded.envelope.type for version in VERSIONS for recorded in recordings.journal(version)}
    released = {name for name in recordings.frozen(VERSIONS[-1], "schemas.json")["messages"] if name in FACTS}
    assert released - recorded == set()


FROZEN = {"is": "Shard", "jobs": {"a": {"is": "Active", "round": 1}}, "sessions": {}}
CHANGES: list[tuple[dict[str, Any], list[str]]] = [  # Any: JSON
    ({"is": "Shard", "jobs": {"a": {"is": "Active", "round": 1, "more": 0}}, "sessions": {}, "parked": {}}, []),
    ({"is": "Shard", "jobs": {"a": {"is": "Active", "round": 2}}, "sessions": {}}, ["/jobs/a/round was 1 and is 2"]),
    ({"is": "Shard", "jobs": {"a": {"is": "Active"}}, "sessions": {}}, ["/jobs/a/round is gone"]),
    ({"is": "Shard", "jobs": {}, "sessions": {}}, ["/jobs/a is gone"]),
    ({"is": "Shard", "jobs": FROZEN["jobs"], "sessions": {"b": 1}}, ["/sessions/b is new"]),
]


@pytest.mark.parametrize(("now", "said"), CHANGES)
def test_a_picture_may_gain_a_field_and_nothing_else(now: dict[str, Any], said: list[str]) -> None:  # Any: JSON
    assert list(differences(FROZEN, now)) == said
