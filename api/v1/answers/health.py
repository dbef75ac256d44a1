"""Decides what is answered when someone asks whether the service is there."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.v1.answers.parts import Part


class Health(Part):
    """The service and its store answer."""

    status: Literal["ok"] = Field(description="Always ok; where the store is away, a problem is answered.")
