"""An HTTP client to a running stand-in whose every exchange is judged by the vendor's document."""

from collections import Counter
from typing import override

import httpx
from werkzeug.datastructures import Headers

from tests.contract.documents import Answered, Asked, Document


class Judged(httpx.AsyncBaseTransport):
    """Faults of the stand-in fail the test. A request that is meant to be wrong is judged by its answer alone."""

    def __init__(self, *documents: Document) -> None:
        self._documents = documents
        self._wire = httpx.AsyncHTTPTransport()
        self.seen: Counter[tuple[str, int]] = Counter()
        """How often each operation was answered with which status."""

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        response = await self._wire.handle_async_request(request)
        await response.aread()
        self._judge(request, response)
        return response

    @override
    async def aclose(self) -> None:
        await self._wire.aclose()

    def _judge(self, request: httpx.Request, response: httpx.Response) -> None:
        asked = Asked(request.method, str(request.url), request.headers, request.content or None)
        document = next(one for one in self._documents if asked.path.startswith(one.base_path))
        self.seen[document.operation(asked), response.status_code] += 1
        answered = Answered(response.status_code, Headers(list(response.headers.items())), response.content or None)
        faults = document.faults(asked, answered)
        meant = "wrong" in request.extensions.get("meant", "")
        faults = [fault for fault in faults if not (meant and fault.startswith("request"))]
        assert not faults, f"{request.method} {request.url.path} {response.status_code}: {faults}"


WRONG = {"meant": "wrong"}
"""As `extensions` of a request: it breaks the document on purpose, and the answer must still keep to it."""
