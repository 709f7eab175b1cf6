from pathlib import Path

import pytest
from pydantic import SecretStr

from etsy_worker.settings import DefaultsError, EtsySettings, load_defaults
from tests.unit.etsy_worker.examples import product, shirt

LOCAL_DEFAULTS = Path(__file__).parents[3] / "deploy/local/defaults/etsy.toml"


def written(folder: Path, text: str) -> Path:
    path = folder / "etsy.toml"
    path.write_text(text)
    return path


def test_the_local_stacks_defaults_are_readable() -> None:
    defaults = load_defaults(LOCAL_DEFAULTS)
    assert defaults.taxonomy_id_of(product()) == defaults.taxonomy_id
    assert defaults.taxonomy_id_of(product(product_type="Outdoor")) != defaults.taxonomy_id


def test_the_category_goes_before_the_product_type(tmp_path: Path) -> None:
    defaults = load_defaults(written(tmp_path, "taxonomy_id = 1\n[taxonomy]\nshirts = 2\ngarments = 3\n"))
    assert defaults.taxonomy_id_of(shirt()) == 2
    assert defaults.taxonomy_id_of(shirt().model_copy(update={"category": " Garments "})) == 3
    assert defaults.taxonomy_id_of(product()) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "taxonomy_id: Field required"),
        ("taxonomy_id = 0", "taxonomy_id: "),
        ("taxonomy_id = 1\nwho_made = 'a robot'", "who_made: "),
        ("taxonomy_id =", "Invalid value"),
    ],
)
def test_defaults_that_cannot_be_used_name_their_file_and_fault(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(DefaultsError) as raised:
        load_defaults(path)
    assert str(path) in str(raised.value)
    assert says in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DefaultsError, match=r"nowhere\.toml"):
        load_defaults(tmp_path / "nowhere.toml")
    with pytest.raises(DefaultsError, match="HAWKER_DEFAULTS_FILE"):
        load_defaults(None)


def test_the_shared_secret_is_not_printed() -> None:
    settings = EtsySettings(keystring="key", shared_secret=SecretStr("the-secret"))
    assert "the-secret" not in repr(settings)
    assert "the-secret" not in repr(settings.app)
    assert settings.app.api_key == "key:the-secret"
