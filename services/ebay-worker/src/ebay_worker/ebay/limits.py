"""eBay's limits in one table, from the descriptions in its API documents."""

from collections.abc import Mapping

TITLE_CHARACTERS_MAX = 80
ITEM_DESCRIPTION_CHARACTERS_MAX = 4000
LISTING_DESCRIPTION_CHARACTERS_MAX = 500_000
SKU_CHARACTERS_MAX = 50
"""Letters and digits alone (error 25707). Groups have keys of the same kind."""
ITEM_PICTURES_MAX = 24
GROUP_PICTURES_MAX = 12
BRAND_CHARACTERS_MAX = 65
ASPECT_NAME_CHARACTERS_MAX = 40
ASPECT_VALUE_CHARACTERS_MAX = 50
PRICE_DECIMALS = 2
PRICE_DECIMALS_OF: Mapping[str, int] = {"JPY": 0}
OFFERS_PAGE_MAX = 100

CONDITIONS: Mapping[str, str] = {
    "new": "NEW",
    "like new": "LIKE_NEW",
    "new other": "NEW_OTHER",
    "refurbished": "SELLER_REFURBISHED",
    "used": "USED_EXCELLENT",
    "used excellent": "USED_EXCELLENT",
    "used very good": "USED_VERY_GOOD",
    "used good": "USED_GOOD",
    "used acceptable": "USED_ACCEPTABLE",
    "for parts": "FOR_PARTS_OR_NOT_WORKING",
}
"""A seller's word for a product's condition, and eBay's."""

SITES: Mapping[str, str] = {
    "EBAY_US": "www.ebay.com",
    "EBAY_MOTORS_US": "www.ebay.com",
    "EBAY_AT": "www.ebay.at",
    "EBAY_AU": "www.ebay.com.au",
    "EBAY_BE": "www.ebay.be",
    "EBAY_CA": "www.ebay.ca",
    "EBAY_CH": "www.ebay.ch",
    "EBAY_DE": "www.ebay.de",
    "EBAY_ES": "www.ebay.es",
    "EBAY_FR": "www.ebay.fr",
    "EBAY_GB": "www.ebay.co.uk",
    "EBAY_HK": "www.ebay.com.hk",
    "EBAY_IE": "www.ebay.ie",
    "EBAY_IT": "www.ebay.it",
    "EBAY_MY": "www.ebay.com.my",
    "EBAY_NL": "www.ebay.nl",
    "EBAY_PH": "www.ebay.ph",
    "EBAY_PL": "www.ebay.pl",
    "EBAY_SG": "www.ebay.com.sg",
    "EBAY_TW": "www.ebay.com.tw",
}


def listing_url(marketplace_id: str, listing_id: str, site_url: str | None = None) -> str:
    site = site_url or f"https://{SITES.get(marketplace_id, SITES['EBAY_US'])}"
    return f"{site}/itm/{listing_id}"
