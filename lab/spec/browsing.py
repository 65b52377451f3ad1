"""What a browser is told to do on a page: a closed list of small acts, each a mapping of one key in a file.

Signing in, say, is `fill: { field: Username, with: admin }`, `click: Sign In`, `see: Spawner Options`.
"""

from __future__ import annotations

from typing import Any, Self

from pydantic import ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from lab.spec.complaints import shape, unknown
from lab.spec.fields import Model, Regex


class Fill(Model):
    """Replace what a field holds. A field goes by its label, its name, its placeholder or a CSS selector."""

    field: str = Field(min_length=1)
    text: str = Field(alias="with")
    """May be empty, as the document's blank password is."""


class Select(Model):
    """Choose an option, by its text or its value, of a drop-down list."""

    field: str = Field(min_length=1)
    option: str = Field(min_length=1)


class Holds(Model):
    """What a field must hold; one that is empty is asked for its placeholder."""

    field: str = Field(min_length=1)
    says: Regex


class Click(Model):
    """Click on what has this text (or name), and this role if one is given, or on what a selector finds."""

    text: str | None = Field(None, min_length=1)
    role: str | None = Field(None, pattern="^[a-z]+$")
    """`button`, `link`, `tab`, `menuitem` ...: ARIA's."""
    selector: str | None = Field(None, min_length=1)
    follow: bool = False
    """The click opens a tab; the acts to come are on it."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.selector is None) == (self.text is None and self.role is None):
            raise ValueError("click takes either a `selector`, or a `text` and perhaps a `role`")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        whole = handler.resolve_ref_schema(handler(core_schema))
        whole["type"] = ["object", "string"]
        return whole


class Act(Model):
    """One thing done or looked for."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"minProperties": 1, "maxProperties": 1}
    )

    open: str | None = Field(None, pattern=r"^(https?://|/)\S*$")
    """A URL, or a path on the server whose page is shown."""
    fill: Fill | None = None
    select: Select | None = None
    holds: Holds | None = None
    click: Click | None = None
    press: str | None = Field(None, min_length=1)
    """A key, or several held together: `Enter`, `Shift+Enter`."""
    type: str | None = Field(None, min_length=1)
    """Text, of any number of lines, into whatever has the focus: a notebook's cell."""
    see: Regex | None = None
    """What the page's visible text must come to match, while the step's time lasts."""
    title: Regex | None = None
    """What the page's title must come to match, while the step's time lasts."""
    shot: str | None = Field(None, pattern="^[a-z0-9][a-z0-9-]{0,60}$")
    """A picture of the page as it is now, under this name, for the report."""

    @model_validator(mode="before")
    @classmethod
    def _one_known_key(cls, value: object) -> object:
        known = list(cls.model_fields)
        if not isinstance(value, dict):
            said = f"{shape(value)}, where an act is wanted: a mapping of one of {', '.join(known)}"
            raise ValueError(said)  # noqa: TRY004 - pydantic's contract
        for key in value:
            if key not in known:
                raise ValueError(unknown("act", str(key), known))
        if len(value) != 1:
            raise ValueError(f"an act has one key; this has {', '.join(value) or 'none'}: split it")
        return value

    @model_validator(mode="after")
    def _said(self) -> Self:
        if all(value is None for _, value in self):
            raise ValueError(f"{next(iter(self.model_fields_set))}: nothing, where something is wanted")
        return self

    @property
    def kind(self) -> str:
        """The key that names it."""
        return next(name for name, value in self if value is not None)

    def __str__(self) -> str:
        """Return the act in the words of a hand at the mouse."""
        match getattr(self, self.kind):
            case Fill(field=field, text=text):
                return f"fill {field!r} with {text!r}"
            case Select(field=field, option=option):
                return f"select {option!r} in {field!r}"
            case Holds(field=field, says=says):
                return f"see that {field!r} holds {says!r}"
            case Click() as click:
                what = click.selector or " ".join(
                    part for part in (click.role, click.text and repr(click.text)) if part
                )
                return f"click {what}" + (", and go to the tab that opens" if click.follow else "")
            case text:
                return f"{self.kind} {text if self.kind in {'open', 'press', 'shot'} else repr(text)}"
