"""Where a listing is shown."""

import pytest

from ebay_worker.ebay.limits import listing_url


@pytest.mark.parametrize(
    ("marketplace_id", "site_url", "url"),
    [
        ("EBAY_US", None, "https://www.ebay.com/itm/110"),
        ("EBAY_PL", None, "https://www.ebay.pl/itm/110"),
        ("EBAY_OTHER", None, "https://www.ebay.com/itm/110"),
        ("EBAY_PL", "http://127.0.0.1:8101", "http://127.0.0.1:8101/itm/110"),
    ],
)
def test_a_listing_is_on_its_marketplaces_own_site_unless_a_setting_says_where(marketplace_id: str, site_url: str | None, url: str) -> None:
    assert listing_url(marketplace_id, "110", site_url) == url
