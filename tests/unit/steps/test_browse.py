"""`browse`: where it begins, what it orders, and what it makes of the answer."""

from __future__ import annotations

import base64
import json
import re

import pytest

from lab.errors import LabError
from lab.spec.actions import ACTIONS, Browse
from lab.spec.scenario import Outcome
from lab.spec.words import describe
from lab.steps.browse import PROGRAM
from lab.verdict import Attachment, Observation
from tests.fakes import completed
from tests.unit.steps.test_steps import HOME, Doing

URL = "http://10.142.18.3:31421/"


def browse(**given):
    return Browse.model_validate(given)


def lines(*told):
    return "".join(json.dumps(one) + "\n" for one in told)


def did(act, said=None):
    return {"event": "did", "act": act, "said": said}


PAGE = {"event": "page", "url": URL, "title": "Kubeflow", "status": 200, "text": "JupyterHub", "fields": []}
QUIET = {"event": "trouble", "requests": [], "console": []}
DONE = completed(lines(did(-1), PAGE, QUIET))


def test_the_action_is_in_the_table():
    assert ACTIONS["browse"] is Browse


def test_a_page_is_opened_and_told():
    doing = Doing(DONE)

    seen = doing(browse(url=URL))

    assert seen.outcome is Outcome.SUCCEEDS
    assert seen.detail == f"open {URL}\n\nthe page: {URL} (HTTP 200, titled 'Kubeflow')\nJupyterHub"
    assert doing.typed == [("lab-workstation", *HOME, *PROGRAM)]


def test_the_order_has_the_acts_as_they_were_written():
    doing = Doing(completed(lines(*(did(number) for number in range(-1, 3)), PAGE, QUIET)))
    acts = [
        {"fill": {"field": "Password", "with": ""}},
        {"click": "Sign In"},
        {"click": {"text": "Python 3", "role": "menuitem", "follow": True}},
    ]

    doing(browse(url=URL, do=acts), timeout=20)

    order = json.loads(doing.containers.execs[-1].stdin)
    assert order == {
        "url": URL,
        "acts": [acts[0], {"click": {"text": "Sign In", "follow": False}}, acts[2]],
        "session": None,
        "seconds": 20.0,
    }


def test_what_was_done_is_told_in_words_with_what_was_seen():
    doing = Doing(completed(lines(did(-1), did(0), did(1, "'Hello'"), PAGE, QUIET)))

    seen = doing(browse(url=URL, do=[{"click": "Sign In"}, {"see": "Hel+o"}]))

    assert seen.detail.startswith(f"open {URL}\nclick 'Sign In'\nsee 'Hel+o': 'Hello'\n\nthe page: ")


def test_an_act_that_could_not_be_done_ends_it_with_its_picture():
    picture = {"event": "shot", "name": "where-it-stood", "media_type": "image/jpeg"}
    told = lines(
        did(-1),
        {
            "event": "failed",
            "act": 0,
            "outcome": "not-found",
            "said": "the page has no field 'User'; its fields: username (text)",
        },
        {**picture, "content": base64.b64encode(b"\xff\xd8").decode()},
        QUIET,
    )

    seen = Doing(completed(told, exit_code=1))(
        browse(url=URL, do=[{"fill": {"field": "User", "with": "admin"}}])
    )

    assert seen == Observation(
        Outcome.NOT_FOUND,
        f"open {URL}\nNOT DONE: fill 'User' with 'admin': the page has no field 'User'; its fields: username (text)",
        attachments=(Attachment("where-it-stood", "image/jpeg", b"\xff\xd8"),),
    )


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (None, Outcome.SUCCEEDS),
        (304, Outcome.SUCCEEDS),
        (404, Outcome.NOT_FOUND),
        (410, Outcome.NOT_FOUND),
        (503, Outcome.FAILS),
    ],
)
def test_the_page_s_status_decides_once_all_is_done(status, outcome):
    seen = Doing(completed(lines(did(-1), {**PAGE, "status": status}, QUIET)))(browse(url=URL))

    assert seen.outcome is outcome
    assert (f"(HTTP {status}, " in seen.detail) is (status is not None)


def test_what_the_page_did_not_get_is_told_by_host():
    trouble = {
        "event": "trouble",
        "requests": [{"url": "https://fonts.googleapis.com/css?family=Roboto", "error": "net::ERR_NAME_NOT_RESOLVED"}],
        "console": ["boo"],
    }  # fmt: skip

    seen = Doing(completed(lines(did(-1), {**PAGE, "fields": ["user (text)"]}, trouble)))(browse(url=URL))

    assert seen.detail.endswith(
        "\nfield user (text)\nnot had from fonts.googleapis.com: net::ERR_NAME_NOT_RESOLVED "
        "(https://fonts.googleapis.com/css?family=Roboto)\nconsole: boo"
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (completed(lines({"event": "unable", "said": "there is no chromium on its PATH"}), exit_code=1), "there is no chromium"),
        (completed(stderr="/usr/bin/python3: No module named browser", exit_code=1), "No module named browser"),
        (completed(stderr="Traceback\nKeyError: 'x'", exit_code=1), "the workstation's browser broke off: KeyError: 'x'"),
        (completed(lines(did(-1)) + '{"event": "pa', exit_code=1), "broke off"),
    ],
    ids=["no chromium", "no program", "a bug", "torn"],
)  # fmt: skip
def test_without_a_browser_nothing_was_tried(answer, said):
    with pytest.raises(LabError, match=said):
        Doing(answer)(browse(url=URL))


def test_how_to_get_a_browser_is_said():
    with pytest.raises(LabError, match=r"`lab images build` makes .*`lab up` puts it in place"):
        Doing(completed(stderr="No module named browser", exit_code=1))(browse(url=URL))


def test_a_browser_that_was_ended_timed_out():
    seen = Doing(completed(lines(did(-1)), exit_code=None))(browse(url=URL))

    assert seen.outcome is Outcome.TIMES_OUT
    assert seen.detail == f"open {URL}\n(the browser was ended: the step's time was over)"


def test_what_a_library_says_between_the_lines_is_passed_over():
    seen = Doing(completed("a warning\n[1]\n" + DONE.stdout))(browse(url=URL))

    assert seen.outcome is Outcome.SUCCEEDS


def service(**spec):
    return completed(json.dumps({"spec": {"type": "NodePort", **spec}}))


NODES = completed("10.142.18.3 10.142.18.4")
PORTS = [{"name": "hub", "port": 80, "nodePort": 31039}, {"name": "admin", "port": 81, "nodePort": 31040}]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "http://10.142.18.3:31039/"),
        ({"path": "/hub/login"}, "http://10.142.18.3:31039/hub/login"),
        ({"port": "admin"}, "http://10.142.18.3:31040/"),
        ({"port": "81"}, "http://10.142.18.3:31040/"),
    ],
    ids=str,
)
def test_a_service_is_opened_by_its_node_port(given, expected):
    doing = Doing(service(ports=PORTS), NODES, DONE)

    doing(browse(service="kubeflow/tf-hub-lb", **given))

    assert json.loads(doing.containers.execs[-1].stdin)["url"] == expected
    assert doing.typed[0][-7:] == ("get", "service", "tf-hub-lb", "-n", "kubeflow", "-o", "json")


def test_a_service_without_a_namespace_is_the_default_s():
    doing = Doing(service(ports=PORTS), NODES, DONE)

    doing(browse(service="tf-hub-lb"))

    assert doing.typed[0][-3] == "default"


@pytest.mark.parametrize(
    ("answers", "given", "outcome", "said"),
    [
        (
            [completed(stderr='Error from server (NotFound): services "x" not found', exit_code=1)],
            {},
            Outcome.NOT_FOUND,
            r'services "x" not found',
        ),
        (
            [service(ports=[{"port": 443}], type="ClusterIP"), NODES],
            {},
            Outcome.NOT_FOUND,
            r"service x is of type ClusterIP, without a node port: a NodePort service, as in the document's env\.yaml",
        ),
        (
            [service(ports=PORTS), NODES],
            {"port": "http"},
            Outcome.NOT_FOUND,
            r"service x has no port http; its ports: hub \(80\), admin \(81\)$",
        ),
        ([service(), NODES], {}, Outcome.NOT_FOUND, r"has no port at all; its ports: none"),
        (
            [
                service(ports=PORTS),
                completed(stderr="The connection to the server x was refused", exit_code=1),
            ],
            {},
            Outcome.REFUSED,
            "refused",
        ),
    ],
    ids=["no service", "no node port", "no such port", "no ports", "no nodes"],
)
def test_a_service_that_cannot_be_opened_says_why(answers, given, outcome, said):
    seen = Doing(*answers)(browse(service="x", **given))

    assert seen.outcome is outcome
    assert re.search(said, seen.detail)


def test_a_url_is_expanded_by_bash():
    doing = Doing(completed("http://10.142.18.3:31421/"), DONE)

    doing(browse(url="http://$(kubectl get svc x -o jsonpath='{.a}')/"))

    assert doing.typed[0][-3:] == (
        "bash",
        "-c",
        'url="http://$(kubectl get svc x -o jsonpath=\'{.a}\')/" && printf %s "$url"',
    )
    assert json.loads(doing.containers.execs[-1].stdin)["url"] == URL


@pytest.mark.parametrize("stdout", ["http:///", "", "http://a:0/", "http://[a/", "ftp://a/"])
def test_what_comes_to_no_url_is_told(stdout):
    seen = Doing(completed(stdout))(browse(url="http://$x/"))

    assert seen == Observation(Outcome.FAILS, f"http://$x/ comes to {stdout!r}, which is no URL")


def test_a_command_that_ends_badly_is_told():
    seen = Doing(completed(stderr="Error from server (NotFound): a", exit_code=1))(browse(url="http://$(x)/"))

    assert (seen.outcome, seen.detail) == (Outcome.NOT_FOUND, "http://$(x)/: Error from server (NotFound): a")


def test_a_session_is_the_scenario_s_own():
    doing = Doing(DONE)

    doing(browse(session="hub"))
    first = json.loads(doing.containers.execs[-1].stdin)
    doing(browse(url=URL, session="hub"))

    assert first["url"] is None
    assert first["session"] == json.loads(doing.containers.execs[-1].stdin)["session"]
    assert first["session"] == f"/var/lib/lab/browser/{doing.stage.started:%Y%m%dT%H%M%S%f}/hub.json"


def test_it_is_described_as_a_reader_would_do_it():
    action = browse(
        service="tf-hub-lb-katacoda",
        path="/hub/login",
        do=[
            {"open": "/hub/"},
            {"fill": {"field": "Username", "with": "admin"}},
            {"select": {"field": "s", "option": "Two"}},
            {"holds": {"field": "image", "says": "gcr"}},
            {"click": {"selector": "#go"}},
            {"click": {"text": "Python 3", "role": "menuitem", "follow": True}},
            {"type": "a\nb"},
            {"press": "Shift+Enter"},
            {"see": "Hello"},
            {"title": "x"},
            {"shot": "hub"},
        ],
    )

    assert describe(action).splitlines() == [
        "browse /hub/login of service tf-hub-lb-katacoda, by its node port",
        "  open /hub/",
        "  fill 'Username' with 'admin'",
        "  select 'Two' in 's'",
        "  see that 'image' holds 'gcr'",
        "  click #go",
        "  click menuitem 'Python 3', and go to the tab that opens",
        "  type 'a\\nb'",
        "  press Shift+Enter",
        "  see 'Hello'",
        "  title 'x'",
        "  shot hub",
    ]
    assert describe(browse(url=URL)) == f"browse {URL}"
    assert describe(browse(session="hub")) == "browse on, in the session hub"
    assert describe(browse(service="a", port="b")) == "browse / of service a, port b, by its node port"
