"""The page: whole, closed in itself, harmless whatever a tool has said, and nothing is missing from it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.events import Evidence, RunFinished, StepFinished
from lab.ledger import Entry, Gap, Kind, Ledger
from lab.report import usage
from lab.report.before import Before
from lab.report.page import as_html
from lab.report.traffic import Pull, Traffic
from lab.report.usage import Sample
from lab.spec.scenario import Lines, Outcome, Plot
from lab.verdict import Attachment, Observation
from tests.unit.report.test_labfacts import FACTS
from tests.unit.story import BOOK, EVENTS, START, at, step

VOID = {"meta", "br", "link", "img", "input"}
DOCUMENT = "\n".join(f"line {number} <of> the & document" for number in range(1, 700))
LEDGER = Ledger(
    (
        Entry(
            "node localnode-2",
            "198.51.100.7:443/tcp",
            Kind.ADDRESS,
            ("forward",),
            3,
            START,
            at(5),
            leaked=True,
        ),
        Entry(
            "pod default/a",
            "depot.invalid",
            Kind.NAME,
            ("A", "AAAA"),
            12,
            START,
            START,
            step="mnist: the log",
        ),
        Entry("site", "own.invalid", Kind.NAME, (), 1, START, START, infrastructure=True),
    )
)


class Read(HTMLParser):
    """A page taken apart; a tag that is not closed, or closed twice, is an error."""

    def __init__(self, html):
        super().__init__()
        self.tags = Counter()
        self.attributes = []
        self.headings = []
        self.summaries = []
        self.text = ""
        self._open = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in VOID:
            self._open.append(tag)
        if tag in {"h1", "h2", "h3"}:
            self.headings.append("")
        if tag == "summary":
            self.summaries.append("")

    def handle_startendtag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if {"h1", "h2", "h3"} & set(self._open):
            self.headings[-1] = " ".join([*self.headings[-1].split(), *data.split()])
        if "summary" in self._open:
            self.summaries[-1] = " ".join([*self.summaries[-1].split(), *data.split()])

    def values(self, name):
        return [value for _, key, value in self.attributes if key == name]


def page(events=EVENTS, **rest):
    return Read(as_html(events, **rest))


def said(text, **rest):
    """Return the story with *text* wherever a tool or a file has a say."""
    changed = {
        "step": text,
        "action": text,
        "where": text,
        "seen": Observation(Outcome.SUCCEEDS, text, 1.0),
        "evidence": (Evidence(text, text),),
        "differs": text,
        "added": text,
        **rest,
    }
    return [replace(one, **changed) if isinstance(one, StepFinished) else one for one in EVENTS]


def test_the_outline():
    assert page(ledger=LEDGER, facts=FACTS, document=DOCUMENT).headings == [
        "1 of 2 scenarios held",
        "What did not hold",
        "Scenarios",
        "mnist did not hold",
        "Cleanup",
        "seal held",
        "Wanted from outside, and not had",
        "The lab",
        "What differs from the document\N{RIGHT SINGLE QUOTATION MARK}s site",
    ]


def test_every_step_is_there_with_verdict_lines_and_time():
    rows = [row for row in page().summaries if row != "events"]

    assert rows == [
        "✓ passed what the scenario needs prepared 1.0 s",
        "✓ passed the kinds 573\N{EN DASH}577, 580 0.5 s",
        "✓ passed a wait added 75 s",
        "✗ failed the log differs 12 min 30 s",
        "\N{EN DASH} skipped the end",
        "✓ passed tidy 1.0 s",
        "! errored tidier 1.0 s",
        "✓ passed no way out 1.0 s",
    ]


def test_what_did_not_hold_is_named_first_and_leads_to_its_step():
    read = page()
    targets = {value.removeprefix("#") for value in read.values("href")}

    assert len(targets) == 2 + 2  # two steps, and the two scenarios of the table
    assert targets <= set(read.values("id"))
    assert read.text.index("the output does not match 'epoch'") < read.text.index("what the scenario needs")


def test_a_held_run_has_nothing_that_did_not_hold():
    start = next(index for index, one in enumerate(EVENTS) if getattr(one, "scenario", "") == "seal")
    read = page([EVENTS[0], *EVENTS[start:]])

    assert read.headings == ["seal held", "seal"]
    assert "open" not in {key for tag, key, _ in read.attributes if tag == "details"}


def test_a_step_that_did_not_hold_is_open_and_says_all():
    read = page()

    assert [key for tag, key, _ in read.attributes if tag == "details"].count("open") == 2
    for piece in (
        "kubectl logs a |\n  tail -1",
        "nothing\ufffd\ufffd of note ]]>",
        "LAST SEEN\nBackOff",
        "mnist.yaml:9",
    ):
        assert piece in read.text


def test_the_documents_lines_stand_beside_the_step():
    with_text, without = page(document=DOCUMENT), page()

    assert "line 573 <of> the & document" in with_text.text
    assert "document.txt, lines 573\N{EN DASH}577, 580" in with_text.text
    assert "<of>" not in without.text
    assert "573\N{EN DASH}577, 580" in without.text


def test_it_asks_nothing_of_a_network():
    url = "http://depot.invalid/a.js"
    html = as_html(said(url), ledger=LEDGER, facts=FACTS, document=f"![x]({url})\n" * 700)
    read = Read(html)

    assert url in read.text
    assert [
        value
        for name in ("src", "href", "srcset", "action", "data")
        for value in read.values(name)
        if ":" in value
    ] == []
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & set(read.tags)
    assert "@import" not in html
    assert "url(" not in html
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in read.values("content")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "</pre></details><h1>x",
        '"><img src=x onerror=alert(1)>',
        "&lt;b&gt;",
        "{{ 7 * 7 }}",
    ],
)
def test_what_tools_say_is_text(text):
    read = page(said(text), ledger=LEDGER, facts=FACTS, document=text)

    assert read.tags == page(said("a"), ledger=LEDGER, facts=FACTS, document="a").tags
    assert text in read.text
    assert not [key for _, key, _ in read.attributes if key.startswith("on")]


def test_control_characters_do_not_reach_the_page():
    html = as_html(said("\x1b[31mred\x1b[0m\x00\x07\x85\r\n\ud800"), document="\x1b[1m\x00")

    assert "red" in html
    assert not [char for char in html if (ord(char) < 32 and char != "\n") or 0xD800 <= ord(char) < 0xE000]
    assert html.encode()


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200))
def test_any_text_leaves_the_page_whole(text):
    assert page(said("a" + text)).tags["details"] >= 8


def test_a_huge_output_does_not_make_a_huge_page():
    huge = "\n".join(f"{number}: {'x' * 900}" for number in range(5000))

    assert (
        len(as_html(said(huge, step="a", where="a", action="a", differs="a", added="a", evidence=())))
        < 2_000_000
    )


def test_numbers_are_drawn():
    plot = Plot(title="loss <by> epoch", pattern=r"epoch (?P<x>\d+): (?P<y>[\d.]+)")
    output = "\n".join(f"epoch {number}: {2 / (number + 1)}" for number in range(4))
    read = page(said(output, plot=plot))

    assert len(read.values("points")[0].split()) == 4
    assert "loss <by> epoch" in read.text
    assert "loss <by> epoch: 2 at 0, 0.5 at 3" in read.values("aria-label")


def test_nothing_is_drawn_where_no_numbers_are():
    assert page(said("none", plot=Plot(title="a", pattern="(?P<x>b)(?P<y>c)"))).values("points") == []


def test_bars_stay_within_the_scenarios_time():
    read = page()
    bars = [
        (float(dict(pairs)["x"].rstrip("%")), float(dict(pairs)["width"].rstrip("%")))
        for pairs in _rects(as_html(EVENTS))
    ]

    assert len(bars) == 2 + 7  # the scenarios, and all steps but the skipped one
    assert all(left >= 0 and width > 0 and left + width <= 100.01 for left, width in bars)
    assert read.tags["rect"] == 9


def _rects(html):
    found = []

    class Rects(HTMLParser):
        def handle_startendtag(self, tag, attrs):
            if tag == "rect":
                found.append(attrs)

    Rects().feed(html)
    return found


def test_the_ledger_tells_leaks_from_wants_and_leaves_out_the_labs_own():
    read = page(ledger=LEDGER)

    assert "got past a seal; the wall stopped it" in read.text
    assert "depot.invalid" in read.text
    assert "own.invalid" not in read.text
    assert "own infrastructure is in egress.json." in " ".join(read.text.split())


def test_an_incomplete_ledger_says_so_and_an_acknowledged_leak_is_one():
    (leak,) = (entry for entry in LEDGER.entries if entry.leaked)
    whole = page(ledger=LEDGER).text
    partial = page(ledger=Ledger((replace(leak, acknowledged=True),), (Gap(START, 7),))).text

    assert "Incomplete since 03:04:05: 7 counted, not listed." in partial
    assert "stopped it (acknowledged)" in partial
    assert "Incomplete" not in whole
    assert "acknowledged" not in whole


def test_what_somebody_inside_chose_is_escaped():
    hostile = "\x1b[2J<script>\u202e\x9b\x85"
    entry = Entry(f"pod {hostile}", f"http://{hostile}/", Kind.URL, (hostile,), 1, START, START, step=hostile)
    html = as_html([], ledger=Ledger((entry,)))

    assert "<script>" not in html
    assert not {"\x1b", "\u202e", "\x9b", "\x85"} & set(html)


def test_an_empty_ledger_says_so_and_none_says_nothing():
    assert "Nothing was wanted from outside." in page(ledger=Ledger()).text
    assert "wanted from outside" not in page().text.lower()


def test_the_lab_is_drawn_with_every_part():
    read = page(facts=FACTS)

    for part in (
        "localnode-1",
        "localnode-2",
        "localnode-3",
        "site",
        "registry",
        "nfs",
        "workstation",
        "v1.34.1",
    ):
        assert part in read.text
    assert "10.142.18.0/24" in read.text
    assert "As in the document: site (a)." in " ".join(read.text.split())


def test_ids_are_unique():
    ids = page(ledger=LEDGER, facts=FACTS).values("id")

    assert len(ids) > 8
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("length", range(len(EVENTS)))
def test_a_journal_that_was_cut_off_anywhere_has_a_page_that_says_so(length):
    read = page(EVENTS[:length])

    assert "cut off" in read.text
    assert " held" not in read.headings[0].replace("not held", "").replace("of 2 scenarios held", "").replace(
        "of 1 scenarios held", ""
    )


def test_an_interrupted_run_says_so():
    assert "The run was interrupted." in page([*EVENTS[:-1], RunFinished(interrupted=True, at=at(833))]).text


def test_the_styles_serve_paper_dark_rooms_and_telephones():
    html = as_html(EVENTS)

    for query in ("@media print", "prefers-color-scheme: dark", "max-width: 46rem", "details-content"):
        assert query in html
    assert "width=device-width" in html


def test_lines_and_steps_of_a_scenario_without_time():
    events = [
        *EVENTS[:2],
        *step("quick", 1, 0, 0, "passed", document=(Lines(first=1, last=1),)),
        *EVENTS[-1:],
    ]

    assert "document.txt, line 1" in page(events, document="only <line>").text


def test_what_stands_in_backquotes_is_code():
    html = as_html(said("a", differs="it types `-l a=b`, not `<c>`", added="one ` alone"))

    assert "it types <code>-l a=b</code>, not <code>&lt;c&gt;</code>" in html
    assert "one ` alone" in html


def luminance(colour):
    """Relative luminance as WCAG 2 has it."""
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_text_can_be_read_on_every_ground():
    palettes = [
        {name: value if len(value) == 7 else "#" + "".join(c * 2 for c in value[1:]) for name, value in found}
        for block in re.findall(r":root \{(.*?)\}", as_html(EVENTS), re.DOTALL)
        if (found := re.findall(r"--(\w+): (#\w+)", block))
    ]

    assert len(palettes) == 3  # light, dark, paper
    for palette in palettes:
        for text in ("ink", "quiet", "good", "bad", "odd", "accent"):
            for ground in ("paper", "sunk"):
                dark, light = sorted((luminance(palette[text]), luminance(palette[ground])))
                assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{text} on {ground}"


def test_a_book_is_the_title_and_its_chapters_the_table():
    read = page(BOOK)

    assert read.headings[:2] == ["book held", "Chapters"]
    assert read.headings.count("one held") == 1
    assert "book held" not in read.headings[1:]
    assert [piece for piece in ("cleanup 4.0 s", "30 s", "cleanup 1.0 s") if piece not in read.text] == []


def test_what_the_document_has_wrong_is_shown_with_its_lines():
    read = page(BOOK, document="\n".join(f"line {number} of it" for number in range(1, 20)))

    assert "What the document itself has wrong" in read.headings
    assert "guide.md, lines 2\N{EN DASH}9" in read.text
    assert "is <printed>" in read.text
    assert "line 5 of it" in read.text
    assert "line 6 of it" not in read.text  # a few lines are enough to find the place


def test_a_document_without_slips_has_no_such_section():
    assert "What the document itself has wrong" not in page().headings


def test_earlier_times_stand_beside_these():
    before = Before({"one": {"step a": 75.0}}, {"two": 12.0})
    text = page(BOOK, before=before).text

    assert "took 10 s, last time 75 s" in text
    assert "last time 12 s" in text


def test_memory_and_processors_are_drawn_with_the_peak():
    samples = [
        Sample(at(second), {"localnode-1": usage.Part(second / 2, 2**30), "dns": usage.Part(0, 2**29)})
        for second in (0, 5, 40)
    ]
    read = page(BOOK, samples=samples, facts=FACTS)

    assert "Processors and memory" in read.headings
    assert "1.50 GiB at the peak" in read.text
    assert (
        len([value for value in read.values("class") if value == "mark-line"]) == 2
    )  # a chapter, in two curves


def test_who_pulled_what_is_told_and_drawn():
    pull = Pull("node localnode-1", "quay.io/a", ("v1",), "sha256:" + "a" * 64, 3, 5_000_000, START, at(2))
    read = page(BOOK, facts=FACTS, traffic=Traffic((pull,), (replace(pull, who="workstation", bytes=0),)))

    assert "quay.io/a:v1" in read.text
    assert "3, 5.0 MB" in read.text
    assert "control pl., 1 pulled" in read.text
    assert "Pushed" in read.text


def test_a_run_that_pulled_nothing_says_so():
    assert "Nothing was pulled: what was needed was on the nodes." in page(BOOK, traffic=Traffic()).text


PNG = Attachment("the login", "image/png", b"", "attachments/login.png")


def pictured(attachment=PNG, files=None):
    seen = Observation(Outcome.SUCCEEDS, "seen", 1.0, (attachment,))
    events = [
        replace(one, seen=seen) if isinstance(one, StepFinished) and one.step == "a" else one for one in BOOK
    ]
    return page(events, files=files or {})


def test_a_picture_is_on_the_page_and_says_what_it_is():
    read = pictured(files={"attachments/login.png": b"PNG"})

    assert read.values("src") == ["data:image/png;base64,UE5H"]
    assert read.values("alt") == ["the login"]


@pytest.mark.parametrize(
    ("attachment", "content", "said"),
    [
        (PNG, None, "its file is not in the run's folder"),
        (replace(PNG, media_type="image/svg+xml"), b"<svg/>", "attachments/login.png in the run's folder"),
        (PNG, b"x" * (2**21 + 1), "attachments/login.png in the run's folder, 2 MB"),
    ],
    ids=["lost", "could carry a script", "too large"],
)
def test_a_picture_that_cannot_be_shown_is_named(attachment, content, said):
    read = pictured(attachment, {"attachments/login.png": content} if content else {})

    assert read.values("src") == []
    assert said in read.text
