"""Serve the dashboard on port 8080 until told to stop."""

from __future__ import annotations

import asyncio
import logging

import kopf
from aiohttp import web

from lab.standins.operators.logs import speak
from lab.standins.operators.session import open_session
from lab.standins.tf_operator.job import RESOURCE

from .app import application

PORT = 8080

log = logging.getLogger(__name__)


async def serve() -> None:
    """Serve for ever. Raises `kopf.PermanentError` outside a cluster."""
    door = open_session(kopf.OperatorSettings(), RESOURCE)
    async with door.session:
        runner = web.AppRunner(application(door))
        await runner.setup()
        await web.TCPSite(runner, port=PORT).start()
        log.info("the TFJob dashboard (stand-in of the air-gap lab) listens on port %d", PORT)
        await asyncio.Event().wait()


if __name__ == "__main__":
    speak(as_json=False)
    asyncio.run(serve())
