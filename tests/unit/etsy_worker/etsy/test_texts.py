from etsy_worker.etsy import texts
from etsy_worker.etsy.limits import SKU_CHARACTERS_MAX
from tests.unit.etsy_worker.examples import product


def test_a_product_without_a_description_is_described_by_its_title() -> None:
    assert texts.description(product(title="Blue  mug", description="<p> </p>")) == "Blue mug"


def test_tags_are_cleaned_and_each_stands_once() -> None:
    tagged = product(tags=("Mug", "mug", "blue/green", "über-mug", "$$$", ""))
    assert texts.tags(tagged) == ("Mug", "blue green", "über-mug")


def test_tags_beyond_the_limits_are_left_out() -> None:
    tagged = product(tags=("a" * 21, *(f"tag {number}" for number in range(20))))
    kept = texts.tags(tagged)
    assert kept == tuple(f"tag {number}" for number in range(13))


def test_a_long_sku_is_cut_and_stays_unlike_others() -> None:
    long = [f"hand-knitted-winter-jumper-in-wool-{size}" for size in ("small", "medium", "large")]
    cut = [texts.sku(raw) for raw in long]
    assert len(set(cut)) == 3
    assert all(len(sku) <= SKU_CHARACTERS_MAX and sku.startswith("hand-knitted-winter-") for sku in cut)
    assert texts.sku("x" * 32) == "x" * 32
