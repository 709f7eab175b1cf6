"""Where a seller's browser may be sent: a table of the rule that both ends ask."""

from datetime import UTC, datetime

import pytest

from hawker.contracts.plugin import NackCode, Task
from hawker.contracts.plugin_policy import allowed_host, kept_headers, refusal

HOSTS = ("flea.example", "flea.example:8443", "127.0.0.1:9000", "localhost", "flea.localhost:81", "www.ebay.co.uk", "etsy.com")


def ask(url: str, method: str = "GET", **headers: str) -> NackCode | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    task = Task(task_id="t", method=method, url=url, headers=named, deadline=datetime(2026, 5, 1, tzinfo=UTC), idempotent=True)
    return refusal(task, HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "https://flea.example/sell",
        "https://FLEA.example/sell",
        "https://flea.example:443/sell",
        "https://flea.example:8443/sell",
        "http://127.0.0.1:9000/sell",
        "http://localhost/sell",
        "http://flea.localhost:81/sell",
    ],
)
def test_a_listed_host_may_be_fetched(url: str) -> None:
    assert ask(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/sell",
        "https://sub.flea.example/sell",
        "https://flea.example.evil.example/sell",
        "https://flea.example:9999/sell",
        "https://flea.example@evil.example/sell",
        "https://someone:secret@flea.example/sell",
        "https://flea.example:port/sell",
        "https:///sell",
        "http://127.0.0.1:9001/sell",
        "file:///etc/passwd",
    ],
)
def test_only_listed_hosts_to_the_letter_may_be_fetched(url: str) -> None:
    assert ask(url) is NackCode.HOST_NOT_ALLOWED


@pytest.mark.parametrize("url", ["https://www.ebay.co.uk/sell", "https://etsy.com/sell"])
def test_ebay_and_etsy_are_never_reached_through_a_browser_even_when_listed(url: str) -> None:
    assert ask(url) is NackCode.HOST_NOT_ALLOWED


def test_plain_http_is_for_this_machine_alone() -> None:
    assert ask("http://flea.example:8443/sell") is NackCode.SCHEME_NOT_ALLOWED


def test_a_method_outside_the_list_is_refused() -> None:
    assert ask("https://flea.example/", method="CONNECT") is NackCode.METHOD_NOT_ALLOWED


@pytest.mark.parametrize("name", ["cookie", "Cookie", "user-agent", "origin", "authorization", "referer"])
def test_no_header_says_who_is_asking(name: str) -> None:
    assert ask("https://flea.example/", **{name: "x"}) is NackCode.HEADER_NOT_ALLOWED


def test_a_header_on_the_list_is_sent() -> None:
    assert ask("https://flea.example/", method="POST", content_type="application/json", X_CSRF_Token="1") is None


def test_cookies_never_leave_the_browser() -> None:
    headers = {"Content-Type": "text/html", "Set-Cookie": "session=1", "X-Trace": "2", "Retry-After": "3"}
    assert kept_headers(headers) == {"content-type": "text/html", "retry-after": "3"}


@pytest.mark.parametrize("url", ["http://flea.example", "https://api.ebay.com", "https://www.etsy.com/", "flea.example"])
def test_a_marketplace_that_may_not_be_fetched_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match=r"https|interface|host"):
        allowed_host(url)


def test_a_hosts_entry_names_the_port_only_where_it_is_not_the_usual_one() -> None:
    assert allowed_host("https://flea.example/") == "flea.example"
    assert allowed_host("http://127.0.0.1:9000") == "127.0.0.1:9000"
