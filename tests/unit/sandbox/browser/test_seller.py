"""The seller's side on a real site of this machine: cookies stay in the browser, redirects are left alone, and what is lost is said to be."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from hawker.contracts.plugin import RESULT_BODY_CHARS_MAX, Body, MultipartBody, Nack, NackCode, Part, Task, TaskResult, TextBody
from sandbox.browser_seller import Seller

PASSWORD = "open sesame"


async def log_in(request: web.Request) -> web.Response:
    form = await request.post()
    if form.get("password") != PASSWORD:
        return web.Response(status=401)
    answer = web.Response(status=303, headers={"Location": "/"})
    answer.set_cookie("session", str(form["user"]), httponly=True)
    return answer


async def echo(request: web.Request) -> web.Response:
    """What came, so that a test sees it; and a cookie that must not be seen."""
    fields: dict[str, object] = {}
    for name, value in (await request.post()).items():
        fields[name] = [value.filename, value.content_type, value.file.read().decode()] if isinstance(value, web.FileField) else value
    answer = web.json_response({"user": request.cookies.get("session"), "fields": fields, "type": request.content_type})
    answer.set_cookie("secret", "1")
    return answer


async def elsewhere(_: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "/echo"})


async def large(_: web.Request) -> web.Response:
    return web.Response(body=b"x" * (RESULT_BODY_CHARS_MAX + 1))


async def broken(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@asynccontextmanager
async def browser(password: str = PASSWORD) -> AsyncIterator[tuple[Seller, str]]:
    app = web.Application()
    app.router.add_get("/login", echo)
    app.router.add_post("/login", log_in)
    for path, page in (("/echo", echo), ("/elsewhere", elsewhere), ("/large", large), ("/broken", broken)):
        app.router.add_route("*", path, page)
    async with TestServer(app, host="127.0.0.1") as server:
        url = str(server.make_url("")).rstrip("/")
        seller = Seller(url, "anna", SecretStr(password))
        try:
            yield seller, url
        finally:
            await seller.close()


def task(url: str, *, method: str = "POST", body: Body | None = None, **headers: str) -> Task:
    deadline = datetime.now(UTC) + timedelta(seconds=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Task(task_id="t", method=method, url=url, headers=named, body=body, deadline=deadline, idempotent=False)


async def test_a_fetch_carries_the_sellers_cookies_and_none_come_out() -> None:
    async with browser() as (seller, url):
        assert await seller.log_in()
        answer = await seller.fetch(task(f"{url}/echo", method="GET"))
    assert isinstance(answer, TaskResult)
    assert json.loads(answer.body)["user"] == "anna"
    assert set(answer.headers) == {"content-type"}


async def test_a_wrong_password_does_not_log_in() -> None:
    async with browser("wrong") as (seller, _):
        assert not await seller.log_in()


async def test_a_form_is_sent_as_it_was_written() -> None:
    async with browser() as (seller, url):
        body = TextBody(text="title=A+chair&price=39")
        answer = await seller.fetch(task(f"{url}/echo", body=body, content_type="application/x-www-form-urlencoded"))
    assert isinstance(answer, TaskResult)
    assert json.loads(answer.body)["fields"] == {"title": "A chair", "price": "39"}


async def test_a_photo_is_sent_with_its_name_type_and_bytes() -> None:
    photo = Part(name="photo", base64=base64.b64encode(b"pixels").decode(), filename="chair.png", content_type="image/png")
    async with browser() as (seller, url):
        answer = await seller.fetch(task(f"{url}/echo", body=MultipartBody(parts=(Part(name="csrf", text="1"), photo))))
    assert isinstance(answer, TaskResult)
    found = json.loads(answer.body)
    assert (found["type"], found["fields"]) == ("multipart/form-data", {"csrf": "1", "photo": ["chair.png", "image/png", "pixels"]})


async def test_a_redirect_is_told_of_and_not_followed() -> None:
    async with browser() as (seller, url):
        answer = await seller.fetch(task(f"{url}/elsewhere"))
    assert isinstance(answer, TaskResult)
    assert (answer.redirected, answer.status, answer.body, answer.url) == (True, 0, "", f"{url}/elsewhere")


async def test_an_answer_that_does_not_fit_is_not_cut_but_refused() -> None:
    async with browser() as (seller, url):
        assert await seller.fetch(task(f"{url}/large")) == Nack(task_id="t", code=NackCode.RESPONSE_TOO_LARGE)


async def test_an_answer_that_was_lost_is_said_to_be_lost() -> None:
    async with browser() as (seller, url):
        answer = await seller.fetch(task(f"{url}/broken"))
    assert isinstance(answer, Nack)
    assert answer.code is NackCode.UNREACHABLE
