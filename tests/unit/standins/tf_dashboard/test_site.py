"""The dashboard over loopback, before an API server that is a dict."""

from __future__ import annotations

import asyncio
import json
import re

import aiohttp
import pytest
from aiohttp import web

from operators.cluster import Refused
from tf_dashboard.app import PAGE, application

JOBS = "/apis/kubeflow.org/v1alpha2"
JOB = {"metadata": {"name": "example-job", "namespace": "default"}}
PODS = [{"metadata": {"name": name}} for name in ("example-job-master-0", "another")]
FORBIDDEN = 'namespaces is forbidden: User "x" cannot list resource "namespaces"'


class Server:
    """What is not in *answers* is refused with words."""

    def __init__(self, answers):
        self.answers, self.asked = answers, []

    async def call(self, verb, path, *, body=None, missing_ok=False):
        self.asked.append((verb, path, body))
        answer = self.answers.get(f"{verb} {path}", Refused(f"{path} is forbidden"))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def text(self, path):
        return await self.call("GET", path)


def visit(verb, path, *, answers=None, body=None):
    """Return status, headers and text of the site's answer, and what it asked the API server."""
    server = Server(answers or {})

    async def run():
        runner = web.AppRunner(application(server))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.request(verb, address + path, data=body, allow_redirects=False) as answer,
            ):
                return answer.status, answer.headers, await answer.text()
        finally:
            await runner.cleanup()

    return *asyncio.run(run()), server.asked


@pytest.mark.parametrize(
    ("path", "asked"),
    [("/tfjob", f"{JOBS}/tfjobs"), ("/tfjob/default", f"{JOBS}/namespaces/default/tfjobs")],
)
def test_jobs_are_listed_of_all_namespaces_or_of_one(path, asked):
    listed = {"items": [JOB]}

    status, _, text, _ = visit("GET", f"/tfjobs/api{path}", answers={f"GET {asked}": listed})

    assert (status, json.loads(text)) == (200, listed)


def test_a_detail_has_every_pod_of_the_namespace():
    answers = {
        f"GET {JOBS}/namespaces/default/tfjobs/example-job": JOB,
        "GET /api/v1/namespaces/default/pods": {"items": PODS},
    }

    status, _, text, _ = visit("GET", "/tfjobs/api/tfjob/default/example-job", answers=answers)

    assert (status, json.loads(text)) == (200, {"tfJob": JOB, "pods": PODS})


def test_a_job_that_is_not_there_is_not_found():
    answers = {f"GET {JOBS}/namespaces/default/tfjobs/gone": None}

    status, _, text, _ = visit("GET", "/tfjobs/api/tfjob/default/gone", answers=answers)

    assert (status, text) == (404, 'tfjobs.kubeflow.org "gone" not found')


@pytest.mark.parametrize("path", ["namespace", "logs/default/example-job-master-0", "tfjob"])
def test_what_is_refused_is_passed_on_in_the_api_servers_words(path):
    status, _, text, asked = visit("GET", f"/tfjobs/api/{path}")

    assert (status, text) == (500, f"{asked[0][1]} is forbidden")


def test_a_log_and_namespaces_are_given_to_an_account_that_may_read_them():
    log = {"GET /api/v1/namespaces/default/pods/p/log": "a line\n"}
    spaces = {"GET /api/v1/namespaces": {"items": []}}

    assert json.loads(visit("GET", "/tfjobs/api/logs/default/p", answers=log)[2]) == "a line\n"
    assert json.loads(visit("GET", "/tfjobs/api/namespace", answers=spaces)[2]) == {"items": []}


def test_a_job_is_made_though_its_namespace_may_not_be_looked_for():
    answers = {
        f"POST {JOBS}/namespaces/default/tfjobs": JOB,
        "GET /api/v1/namespaces/default": Refused(FORBIDDEN),
    }

    status, _, text, asked = visit("POST", "/tfjobs/api/tfjob", answers=answers, body=json.dumps(JOB))

    assert (status, text) == (500, FORBIDDEN + json.dumps(JOB))
    assert asked[-1] == ("POST", f"{JOBS}/namespaces/default/tfjobs", JOB)


@pytest.mark.parametrize("there", [True, False])
def test_a_namespace_that_is_not_there_is_made(there):
    answers = {
        f"POST {JOBS}/namespaces/default/tfjobs": JOB,
        "GET /api/v1/namespaces/default": {} if there else None,
        "POST /api/v1/namespaces": {},
    }

    status, _, text, asked = visit("POST", "/tfjobs/api/tfjob", answers=answers, body=json.dumps(JOB))

    assert (status, json.loads(text)) == (201, JOB)
    assert [verb for verb, _, _ in asked] == (["GET", "POST"] if there else ["GET", "POST", "POST"])


@pytest.mark.parametrize("body", ["", "[]", "{}", "x", '{"metadata": []}'])
def test_what_is_no_job_is_not_made(body):
    status, _, text, asked = visit("POST", "/tfjobs/api/tfjob", body=body)

    assert (status, asked) == (400, [])
    assert text.startswith("not a TFJob")


def test_a_job_is_deleted():
    path = f"{JOBS}/namespaces/default/tfjobs/example-job"

    status, _, text, asked = visit(
        "DELETE", "/tfjobs/api/tfjob/default/example-job", answers={f"DELETE {path}": {}}
    )

    assert (status, text, asked) == (204, "", [("DELETE", path, None)])


def test_the_page_is_under_ui():
    status, headers, text, _ = visit("GET", "/tfjobs/ui/")

    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert text == PAGE.read_text()
    moved, headers, _, _ = visit("GET", "/tfjobs/ui")
    assert (moved, headers["Location"]) == (301, "/tfjobs/ui/")


def test_the_page_wants_nothing_from_outside():
    page = PAGE.read_text()

    assert not re.findall(r"""(?:src|href)\s*=|https?:|@import|url\(""", page)
