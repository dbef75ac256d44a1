"""Decides how strictly a part of a request is read: no unknown fields, nothing guessed from another type."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# Text that a database can hold: no NUL, which PostgreSQL refuses.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]


class Strict(BaseModel):
    """A part of a request: unknown fields are refused, nothing is guessed from a value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
