"""The control API: for tests and people to plan faults, read counts and see what stands where. Touches no marketplace's state itself."""

from collections.abc import Mapping

from aiohttp import web
from pydantic import JsonValue, ValidationError

from sandbox.calls import JsonObject
from sandbox.desk import Desk
from sandbox.faults import Fault, Faults


def control(desks: Mapping[str, Desk], faults: Faults) -> web.Application:
    rooms = _Control(desks, faults)
    app = web.Application()
    app.router.add_get("/counts", rooms.counts)
    app.router.add_get("/faults", rooms.get_faults)
    app.router.add_post("/faults", rooms.plan_fault)
    app.router.add_delete("/faults", rooms.clear_faults)
    app.router.add_get("/listings/{marketplace}", rooms.listings)
    app.router.add_post("/reset", rooms.reset)
    return app


def counted(desk: Desk) -> JsonObject:
    return {**desk.counts.report(), "listings": desk.site.live(), "duplicates": desk.site.duplicates()}


class _Control:
    def __init__(self, desks: Mapping[str, Desk], faults: Faults) -> None:
        self._desks = desks
        self._faults = faults

    async def counts(self, _request: web.Request) -> web.Response:
        return web.json_response({name: counted(desk) for name, desk in self._desks.items()})

    async def get_faults(self, _request: web.Request) -> web.Response:
        return web.json_response({"faults": self._faults.report()})

    async def plan_fault(self, request: web.Request) -> web.Response:
        try:
            fault = Fault.model_validate_json(await request.read())
        except ValidationError as error:
            errors: JsonValue = error.errors(include_url=False, include_context=False, include_input=False)  # type: ignore[assignment]  # ErrorDetails is plain JSON once its context is left out
            return web.json_response({"errors": errors}, status=400)
        if not self._faults.plan(fault):
            return web.json_response({"errors": "too many faults are planned; DELETE /faults first"}, status=409)
        return web.json_response(fault.model_dump(mode="json"), status=201)

    async def clear_faults(self, _request: web.Request) -> web.Response:
        self._faults.clear()
        return web.Response(status=204)

    async def listings(self, request: web.Request) -> web.Response:
        desk = self._desks.get(request.match_info["marketplace"])
        if desk is None:
            return web.json_response({"errors": f"marketplaces are {', '.join(self._desks)}"}, status=404)
        return web.json_response(list(desk.site.listings()))

    async def reset(self, _request: web.Request) -> web.Response:
        """Nothing stands anywhere, no fault is planned, all counts are 0. Accounts stay connected."""
        self._faults.clear()
        for desk in self._desks.values():
            desk.site.reset()
            desk.counts.clear()
        return web.Response(status=204)
