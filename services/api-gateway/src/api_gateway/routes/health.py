"""Is the process there, and can it do its work. Needs no token and tells nothing of any tenant."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api_gateway.asking import Behind

router = APIRouter(prefix="/health", tags=["health"])


class Health(BaseModel):
    status: str
    waiting_for: list[str] = []


@router.get("/live")
async def live() -> Health:
    return Health(status="live")


@router.get("/ready", responses={503: {"model": Health}})
async def ready(response: Response, behind: Behind) -> Health:
    """Says what it waits for."""
    missing = list(await behind.checks.missing())
    if missing:
        response.status_code = 503
    return Health(status="waiting" if missing else "ready", waiting_for=missing)
