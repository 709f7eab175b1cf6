"""The seller's side of a stand-in browser: a cookie jar, a log-in as a person does it, and fetches that carry the cookies. Speaks no protocol."""

import asyncio
import base64
import logging
from collections.abc import Mapping
from http import HTTPStatus
from itertools import count

import aiohttp
from pydantic import SecretStr

from hawker.contracts.plugin import (
    RESULT_BODY_CHARS_MAX,
    Body,
    BytesBody,
    MultipartBody,
    Nack,
    NackCode,
    Task,
    TaskResult,
    TextBody,
)
from hawker.contracts.plugin_policy import kept_headers

log = logging.getLogger(__name__)

FETCH_SECONDS_MAX = 55.0
LOG_IN_EVERY_SECONDS = 0.5
REDIRECTS = range(300, 400)


class Seller:
    """`jar` of the session holds the log-in. An address without a name (127.0.0.1) may set cookies, as it may in a browser."""

    def __init__(self, base_url: str, user: str, password: SecretStr) -> None:
        self._base_url = base_url.rstrip("/")
        self._form = {"user": user, "password": password}
        self._http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            timeout=aiohttp.ClientTimeout(total=FETCH_SECONDS_MAX),
            trust_env=False,
        )

    async def close(self) -> None:
        await self._http.close()

    async def log_in_when_it_opens(self) -> None:
        """Stand-ins start together, in any order."""
        for attempt in count(1):
            if await self.log_in():
                return
            log.info("%s does not let us log in yet (attempt %d)", self._base_url, attempt)
            await asyncio.sleep(LOG_IN_EVERY_SECONDS)

    async def log_in(self) -> bool:
        """False where the site does not answer, or does not want us."""
        fields = {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in self._form.items()}
        try:
            async with self._http.get(f"{self._base_url}/login") as page:
                await page.read()
            async with self._http.post(f"{self._base_url}/login", data=fields, allow_redirects=False) as answer:
                return answer.status < HTTPStatus.BAD_REQUEST
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def fetch(self, task: Task) -> TaskResult | Nack:
        """With the redirects left alone, as the extension has it: where a redirect leads is not shown and not followed."""
        try:
            async with self._http.request(
                task.method, task.url, headers=_headers(task), data=_data(task.body), allow_redirects=False
            ) as answer:
                if answer.status in REDIRECTS:
                    return TaskResult(task_id=task.task_id, status=0, url=task.url, redirected=True)
                return await _result(task, answer)
        except (aiohttp.ClientError, TimeoutError) as fault:
            return Nack(task_id=task.task_id, code=NackCode.UNREACHABLE, reason=type(fault).__name__)


async def _result(task: Task, answer: aiohttp.ClientResponse) -> TaskResult | Nack:
    content = bytearray()
    async for chunk in answer.content.iter_any():
        content += chunk
        if len(content) > RESULT_BODY_CHARS_MAX:
            return Nack(task_id=task.task_id, code=NackCode.RESPONSE_TOO_LARGE)
    return TaskResult(
        task_id=task.task_id,
        status=answer.status,
        url=str(answer.url),
        headers=kept_headers(answer.headers.items()),
        body=content.decode(answer.charset or "utf-8", errors="replace"),
    )


def _headers(task: Task) -> Mapping[str, str]:
    """A form with files gets its content type, with the boundary, from whoever writes it."""
    if isinstance(task.body, MultipartBody):
        return {name: value for name, value in task.headers.items() if name.lower() != "content-type"}
    return task.headers


def _data(body: Body | None) -> bytes | aiohttp.FormData | None:
    match body:
        case None:
            return None
        case TextBody(text=text):
            return text.encode()
        case BytesBody(base64=encoded):
            return base64.b64decode(encoded)
        case MultipartBody(parts=parts):
            form = aiohttp.FormData(default_to_multipart=True)
            for part in parts:
                content = base64.b64decode(part.base64) if part.base64 is not None else part.text or ""
                form.add_field(part.name, content, filename=part.filename, content_type=part.content_type)
            return form
