"""The problems that routes may answer with, for the OpenAPI document."""

from typing import Any

from api_gateway.problems import MEDIA_TYPE, ProblemBody

type Responses = dict[int | str, dict[str, Any]]  # Any: FastAPI's own shape


def problems(*statuses: int) -> Responses:
    schema = {"$ref": "#/components/schemas/ProblemBody"}
    return {status: {"model": ProblemBody, "content": {MEDIA_TYPE: {"schema": schema}}} for status in sorted(statuses)}


READING = problems(401, 422, 503)
FINDING = problems(401, 404, 422, 503)
CREATING = problems(401, 403, 413, 415, 422, 429, 503)
ADDING = problems(401, 403, 404, 409, 413, 415, 422, 429, 503)
HANDLING = problems(401, 403, 413, 415, 422, 503)
LETTERS = problems(401, 403, 422, 503)
LETTER = problems(401, 403, 404, 422, 503)
CONTROLLING = problems(401, 403, 404, 409, 422, 503)
