"""Serve the dashboard on port 8080 until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal

import kopf
from aiohttp import web

from operators.logs import speak
from operators.session import open_session
from tf_operator.job import RESOURCE

from .app import application

PORT = 8080

log = logging.getLogger(__name__)


async def serve() -> None:
    """Serve until SIGTERM, which the first process of a container must ask for, or SIGINT.

    Raises `kopf.PermanentError` outside a cluster.
    """
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    door = open_session(kopf.OperatorSettings(), RESOURCE)
    async with door.session:
        runner = web.AppRunner(application(door))
        await runner.setup()
        await web.TCPSite(runner, port=PORT).start()
        log.info("the TFJob dashboard (stand-in of the air-gap lab) listens on port %d", PORT)
        await told.wait()
        await runner.cleanup()


if __name__ == "__main__":
    speak(as_json=False)
    asyncio.run(serve())
