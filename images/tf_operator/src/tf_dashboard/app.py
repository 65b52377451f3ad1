"""The whole site: the API, and the page that shows what it says."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from .api import Door, routes

PAGE = Path(__file__).parent / "page.html"
UI = "/tfjobs/ui"


def application(door: Door) -> web.Application:
    """Give the application, which asks *door*."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE.read_text(encoding="utf-8"), content_type="text/html")

    async def to_page(_: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently(f"{UI}/")

    made = web.Application()
    made.add_routes([*routes(door), web.get(UI, to_page), web.get(f"{UI}/", page)])
    return made
