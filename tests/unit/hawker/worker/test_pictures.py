"""Pictures: only pictures, only up to a size, and a reason that names the address otherwise."""

import httpx
import pytest

from hawker.contracts.failures import Failure, FailureKind
from hawker.worker.pictures import PICTURE_BYTES_MAX, Picture, Pictures

URL = "https://cdn.example/shop/Blue%20Mug.large.png?v=3"


def pictures(answer: httpx.Response, asked: list[httpx.URL] | None = None, base_url: str | None = None) -> Pictures:
    def handle(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request.url)
        return answer

    return Pictures(httpx.AsyncClient(transport=httpx.MockTransport(handle)), base_url)


def image(content: bytes = b"png", content_type: str = "image/png; charset=binary") -> httpx.Response:
    return httpx.Response(200, content=content, headers={"content-type": content_type})


async def test_a_picture_comes_with_its_type_and_a_plain_name() -> None:
    assert await pictures(image()).fetch(URL) == Picture(b"png", "image/png", "Blue-Mug.large.png")


async def test_the_base_url_replaces_scheme_and_host_alone() -> None:
    asked: list[httpx.URL] = []
    await pictures(image(), asked, "http://127.0.0.1:9/mirror/").fetch(URL)
    assert str(asked[0]) == "http://127.0.0.1:9/mirror/shop/Blue%20Mug.large.png?v=3"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(404), FailureKind.REJECTED),
        (httpx.Response(302, headers={"location": "https://elsewhere.example"}), FailureKind.REJECTED),
        (httpx.Response(503), FailureKind.TRANSIENT),
        (httpx.Response(429), FailureKind.TRANSIENT),
        (image(content_type="text/html"), FailureKind.REJECTED),
        (image(content_type=""), FailureKind.REJECTED),
        (image(content=b"x" * (PICTURE_BYTES_MAX + 1)), FailureKind.REJECTED),
        (image(content=b""), FailureKind.REJECTED),
    ],
    ids=["gone", "redirect", "host busy", "host throttles", "a page", "no type", "too large", "empty"],
)
async def test_what_is_no_picture_is_refused_with_its_address(answer: httpx.Response, kind: FailureKind) -> None:
    failure = await pictures(answer).fetch(URL)
    assert isinstance(failure, Failure)
    assert failure.kind is kind
    assert URL in failure.reason


@pytest.mark.parametrize(
    "url",
    [
        "ftp://cdn.example/a.png",
        "file:///etc/passwd",
        "a.png",
        "https://",
        "http://[bad/a.png",
        "http://127.0.0.1/a.png",
        "http://[::1]/a.png",
    ],
)
async def test_an_address_that_is_not_on_the_web_is_refused(url: str) -> None:
    asked: list[httpx.URL] = []
    failure = await pictures(image(), asked).fetch(url)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.REJECTED
    assert not asked


async def test_a_host_that_does_not_answer_is_asked_again_later() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no", request=request)

    failure = await Pictures(httpx.AsyncClient(transport=httpx.MockTransport(refuse))).fetch(URL)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TRANSIENT
