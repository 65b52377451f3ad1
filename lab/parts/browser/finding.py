"""Where on a page is what a person would call by that name: the ways to look for it, likeliest first."""

from __future__ import annotations

import json
from collections.abc import Iterator

from .pages import Locator, Page

ROLES = ("button", "link", "menuitem", "tab", "option", "checkbox", "radio")
"""What people click on, as ARIA calls it."""
MOST = 50
"""How many elements of one kind are looked at for a visible one."""

FIELDS = """() => [...document.querySelectorAll('input, select, textarea')]
  .filter(one => one.type !== 'hidden' && one.getClientRects().length)
  .map(one => {
    const label = one.labels && one.labels[0] ? one.labels[0].innerText.trim() : '';
    const options = one.tagName === 'SELECT' ? [...one.options] : one.list ? [...one.list.options] : [];
    return {
      name: one.name || one.id, type: one.type, label, placeholder: one.placeholder || '', value: one.value,
      options: options.map(option => option.text || option.value),
    };
  })"""
"""Every visible field of a page with what is to be known of it; drop-down lists and suggestions included."""


def field_ways(page: Page, name: str) -> Iterator[Locator]:
    yield page.get_by_label(name, exact=True)
    yield page.locator(f"[name={json.dumps(name)}]")
    yield page.get_by_placeholder(name, exact=True)
    yield page.get_by_label(name, exact=False)
    yield page.get_by_placeholder(name, exact=False)
    yield page.locator(f"css={name}")


def click_ways(page: Page, click: dict[str, str]) -> Iterator[Locator]:
    """Yield by role, then by text; the whole of the name before a part of it."""
    if "selector" in click:
        yield page.locator(click["selector"])
        return
    text = click.get("text")
    if "role" in click:
        yield from (page.get_by_role(click["role"], name=text, exact=exact) for exact in (True, False))
        return
    assert text is not None, "the models let no click through that says nothing"
    for exact in (True, False):
        yield from (page.get_by_role(role, name=text, exact=exact) for role in ROLES)
        yield page.get_by_text(text, exact=exact)


def visible(ways: Iterator[Locator], trouble: type[Exception]) -> Locator | None:
    """Return the first element that can be seen. A name that is no CSS makes that one way lead nowhere."""
    for way in ways:
        try:
            for index in range(min(way.count(), MOST)):
                if (one := way.nth(index)).is_visible():
                    return one
        except trouble:
            continue
    return None


def fields(page: Page, trouble: type[Exception]) -> list[str]:
    """Describe every visible field in a line; none on a page that is just going away."""
    try:
        found = page.evaluate(FIELDS)
    except trouble:
        return []
    return [_described(one) for one in found] if isinstance(found, list) else []


def _described(one: dict[str, object]) -> str:
    said = [f"{one['name'] or 'without a name'} ({one['type']})"]
    for key in ("label", "placeholder"):
        said += [f"{key} {one[key]!r}"] if one[key] else []
    said += [f"holds {one['value']!r}"] if one["value"] and one["type"] != "password" else []
    options = one["options"]
    said += [f"options {', '.join(map(str, options))}"] if isinstance(options, list) and options else []
    return ", ".join(said)
