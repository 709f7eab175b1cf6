"""Products and sellers for the tests of this room."""

from decimal import Decimal

from ebay_worker.ebay.terms import Defaults, Profile
from hawker.contracts.listings import Image, Product, Variant

PROFILE = Profile(
    marketplace_id="EBAY_US",
    currency="USD",
    language="en-US",
    merchant_location_key="home",
    payment_policy_id="1",
    return_policy_id="2",
    fulfillment_policy_id="3",
)
DEFAULTS = Defaults(category_id="11700", categories={"kitchen": "20625"}, aspects={"Material": ("Clay",)})


def variant(sku: str = "MUG1", **changes: object) -> Variant:
    return Variant.model_validate({"sku": sku, "price": Decimal("9.5"), "quantity": 3} | changes)


def mug(*variants: Variant, **changes: object) -> Product:
    whole: dict[str, object] = {
        "handle": "blue-mug",
        "title": "Blue mug",
        "description": "<p>A mug.</p>",
        "vendor": "Potter",
        "variants": variants or (variant(),),
        "images": (Image(url="https://cdn.example/1.jpg", position=1), Image(url="https://cdn.example/2.jpg", position=2)),
    }
    return Product.model_validate(whole | changes)


def shirt(**changes: object) -> Product:
    variants = (
        variant("S-RED", options={"Size": "S", "Colour": "Red"}, image_url="https://cdn.example/2.jpg"),
        variant("M-RED", options={"Size": "M", "Colour": "Red"}),
    )
    return mug(*variants, **{"option_names": ("Size", "Colour"), **changes})
