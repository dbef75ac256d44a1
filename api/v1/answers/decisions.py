"""Decides what is answered about a second person's decision."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.v1.answers.parts import Moment, Part


class Decision(Part):
    """A second person's decision about a document."""

    verdict: Literal["approved", "rejected"] = Field(description="What was decided.")
    note: str = Field(description="Why, in the decider's words.")
    by: str = Field(description="Login name of who decided.")
    at: Moment = Field(description="When.")
