"""Decides what every part of an answer keeps to: declared fields only, their own types, null only where declared."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", json_schema_extra={"format": "date"})]
Moment = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$",
        json_schema_extra={"format": "date-time"},
    ),
]
ContentHash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
ExactNumber = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?(E[+-]?\d+)?$")]
Count = Annotated[int, Field(ge=0)]
# An int where the number is whole, else a fraction: both are numbers of JSON, and neither is turned into the other.
Number = int | float
# Units of the account's currency: an int where that currency is booked in whole units.
Amount = int | float
Level = Literal["account", "campaign", "ad_group", "ad", "placement", "copy"]
Severity = Literal["block", "warn", "note"]


def _without_defaults(schema: dict[str, Any]) -> None:
    """Nothing is filled in on the way out, so an answer's schema has no defaults."""
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class Part(BaseModel):
    """A part of an answer: an unknown field, a missing one, or one of another type is a fault of the program."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        serialize_by_alias=True,
        json_schema_extra=_without_defaults,
    )


class Kept(Part):
    """What every kept document begins with."""

    id: ContentHash = Field(description="Hash of the content it was kept under.")
    short_id: str = Field(description="What people call it, such as P-7f3a9c.")
    created_at: Moment = Field(description="When it was first kept.")


class Span(Part):
    """Calendar days, both included, in the account's time zone."""

    start: Day = Field(description="First day.")
    end: Day = Field(description="Last day.")


class Notice(Part):
    """A sentence for people with its stable code."""

    code: str = Field(description="Stable; never translated.")
    text: str = Field(description="The sentence, in the language asked for.")


def absent(description: str) -> Any:
    """A field that some documents do not have: it is left out there, never null."""
    return Field(default=None, description=description)
