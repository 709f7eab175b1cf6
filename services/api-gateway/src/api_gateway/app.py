"""The application: routes, problems and limits around the rooms it is given. Opens nothing."""

from fastapi import FastAPI

from api_gateway import problems
from api_gateway.asking import Rooms
from api_gateway.headers import DOCS_PATH, SafeHeaders
from api_gateway.limits import BodyLimit
from api_gateway.routes import batches, dead_letters, health, jobs, parked_jobs, tasks

DESCRIPTION = """
Ask for work and follow it. A **batch** is one bulk operation, a **job** is one action on one product, a **task** is one step of a job.

- `POST` answers 202 as soon as the wish is safely in the log; follow it at `Location`.
- Send an `Idempotency-Key` with every `POST`: repeating it after a lost answer does nothing twice.
- Lists come in pages: send `next_cursor` back as `cursor`.
- Every error is `application/problem+json`; its `advice` says what to do next.
"""


def make(rooms: Rooms) -> FastAPI:
    app = FastAPI(title="Hawker", version="1", description=DESCRIPTION, openapi_url="/v1/openapi.json", docs_url=DOCS_PATH, redoc_url=None)
    app.state.rooms = rooms
    for room in (batches, jobs, tasks, dead_letters, parked_jobs, health):
        app.include_router(room.router)
    problems.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(SafeHeaders)
    return app
