"""Decides how strictly a part of a request is read: no unknown fields, nothing guessed from another type."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticKnownError

# Text that a database can hold: no NUL, which PostgreSQL refuses.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day_as_told(value: Any) -> Any:
    if isinstance(value, str) and not _ISO_DAY.fullmatch(value):
        raise PydanticKnownError("date_parsing", {"error": "not YYYY-MM-DD"})
    return value


# A day in a query or a form: outside JSON ``0`` would be read as seconds since 1970.
Day = Annotated[date, BeforeValidator(_day_as_told)]


class Strict(BaseModel):
    """A part of a request: unknown fields are refused, nothing is guessed from a value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
