from __future__ import annotations

import asyncio

import aiohttp
import kopf
import pytest
from aiohttp import web

from operators.cluster import ApiServer, Conflict, Refused, Resource

RESOURCE = Resource("kubeflow.org", "v1alpha1", "pytorchjobs", "PyTorchJob")
JOB = "/apis/kubeflow.org/v1alpha1/namespaces/default/pytorchjobs/distributed-mnist"


def ask(call, *, status=200, content=None):
    """Run *call* on an ApiServer against a server that answers so; give the result and the request it saw."""
    seen = []

    async def answer(request):
        body = await request.json() if request.can_read_body else None
        seen.append((request.method, str(request.rel_url), request.headers.get("Authorization"), body))
        return web.json_response(content or {}, status=status)

    async def run():
        server = web.Server(answer)
        runner = web.ServerRunner(server)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        try:
            async with aiohttp.ClientSession() as session:
                info = kopf.ConnectionInfo(server=f"http://127.0.0.1:{port}", token="t")
                return await call(ApiServer(session, lambda: info, RESOURCE))
        finally:
            await runner.cleanup()

    return asyncio.run(run()), seen


def test_a_job_is_read_with_the_token():
    body, seen = ask(lambda api: api.job("default", "distributed-mnist"), content={"kind": "PyTorchJob"})

    assert body == {"kind": "PyTorchJob"}
    assert seen == [("GET", JOB, "Bearer t", None)]


def test_a_job_that_is_gone_is_none():
    assert ask(lambda api: api.job("default", "x"), status=404)[0] is None


def test_a_job_is_written_whole():
    body = {"metadata": {"namespace": "default", "name": "distributed-mnist"}, "status": {"phase": "Done"}}

    stored, seen = ask(lambda api: api.replace_job(body), content={"stored": True})

    assert stored == {"stored": True}
    assert seen == [("PUT", JOB, "Bearer t", body)]


def test_objects_are_listed_by_labels():
    items = [{"metadata": {}}]

    found, seen = ask(
        lambda api: api.matching("pods", "default", {"pytorch_job_name": "m", "runtime_id": "rgcp"}),
        content={"items": items},
    )

    assert found == items
    path = "/api/v1/namespaces/default/pods?labelSelector=pytorch_job_name%3Dm,runtime_id%3Drgcp"
    assert [it[:2] for it in seen] == [("GET", path)]


def test_an_object_is_created_in_its_namespace():
    body = {"metadata": {"namespace": "other", "name": "p"}}

    _, seen = ask(lambda api: api.create("pods", body), status=201)

    assert [it[:2] for it in seen] == [("POST", "/api/v1/namespaces/other/pods")]


@pytest.mark.parametrize(
    ("status", "error"), [(409, Conflict), (403, Refused), (422, Refused), (500, Refused)]
)
def test_a_refusal_carries_the_servers_words(status, error):
    body = {"metadata": {"namespace": "default", "name": "p"}}

    with pytest.raises(Refused, match="no such luck") as caught:
        ask(lambda api: api.create("pods", body), status=status, content={"message": "no such luck"})
    assert caught.type is error


def test_a_server_that_is_not_there_is_a_refusal():
    async def run():
        async with aiohttp.ClientSession() as session:
            info = kopf.ConnectionInfo(server="http://127.0.0.1:1")
            await ApiServer(session, lambda: info, RESOURCE).job("default", "x")

    with pytest.raises(Refused, match="GET /apis"):
        asyncio.run(run())


def test_an_object_is_deleted_or_found_gone():
    for status in (200, 404):
        _, seen = ask(lambda api: api.delete("pods", "default", "p"), status=status)

        assert [it[:2] for it in seen] == [("DELETE", "/api/v1/namespaces/default/pods/p")]


def test_a_text_is_read_as_it_is():
    text, _ = ask(lambda api: api.text("/api/v1/namespaces/default/pods/p/log"), content={"a": 1})

    assert text == '{"a": 1}'


@pytest.mark.parametrize(
    ("content", "words"), [({"message": "no such luck"}, "no such luck"), ([], "HTTP status 403")]
)
def test_a_text_that_is_refused_says_why(content, words):
    with pytest.raises(Refused, match=words):
        ask(lambda api: api.text("/x"), status=403, content=content)
