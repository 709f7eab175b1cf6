"""Etsy's numbers: what it takes at most, and what it takes at all. Data only."""

TITLE_CHARACTERS_MAX = 140
TITLE_ONCE_EACH = "%:&+"
TITLE_KINDS = ("L", "Nd", "P", "Sm", "Zs")
"""Unicode categories that a title may hold, besides the signs below."""
TITLE_SIGNS = "™©®"
TAGS_MAX = 13
TAG_CHARACTERS_MAX = 20
ALT_TEXT_CHARACTERS_MAX = 500
IMAGES_MAX = 20
QUANTITY_MAX = 999
"""Of one variant, and of the listing that is shown while it is a draft."""
VARIATIONS_MAX = 2
PRICE_DECIMALS_MAX = 2
SKU_CHARACTERS_MAX = 32
"""What Etsy's own editor takes; the document is silent."""
TAG_KINDS = ("L", "Nd", "Zs")
"""Unicode categories that a tag may hold, besides the signs below."""
TAG_SIGNS = "-'™©®"
