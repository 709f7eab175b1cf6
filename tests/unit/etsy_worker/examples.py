"""Products, a shop and its defaults, as the tests of the Etsy worker need them."""

from decimal import Decimal

from etsy_worker.etsy.terms import Defaults, Profile
from hawker.contracts.listings import Image, Product, Variant

PROFILE = Profile(shop_id=7001, shipping_profile_id=11, return_policy_id=12, readiness_state_id=13, currency="USD")
DEFAULTS = Defaults(taxonomy_id=1, taxonomy={"shirts": 482})


def variant(sku: str = "MUG-1", *, price: str | None = "12.50", quantity: int = 3, **options: str) -> Variant:
    return Variant(sku=sku, price=None if price is None else Decimal(price), quantity=quantity, options=options)


def image(position: int = 1, alt: str = "") -> Image:
    return Image(url=f"https://pictures.example/{position}.jpg", position=position, alt=alt)


def product(*variants: Variant, title: str = "Blue mug", images: tuple[Image, ...] = (image(),), **more: object) -> Product:
    fields = {"handle": "blue-mug", "title": title, "description": "<p>A mug.</p>", "variants": variants or (variant(),), "images": images}
    return Product.model_validate(fields | more)


def shirt() -> Product:
    """Two sizes in two colours, the larger one dearer."""
    return product(
        variant("S-RED", price="10", quantity=1, Size="S", Colour="Red"),
        variant("S-BLUE", price="10", quantity=0, Size="S", Colour="Blue"),
        variant("L-RED", price="12", quantity=1, Size="L", Colour="Red"),
        variant("L-BLUE", price="12", quantity=1, Size="L", Colour="Blue"),
        title="Shirt",
        option_names=("Size", "Colour"),
        product_type="Shirts",
    )
