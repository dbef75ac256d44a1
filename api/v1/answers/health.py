"""Decides what is answered when someone asks whether the service is there and the nights ran."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.v1.answers.parts import Count, Day, Part


class NightCounts(Part):
    """How many accounts' nights stand how; each account counts once."""

    due: Day = Field(description="The morning whose night should have run by now.")
    done: Count = Field(description="It ran.")
    partly: Count = Field(description="It ran, and refused files of the inbox.")
    running: Count = Field(description="One is under way.")
    late: Count = Field(description="It did not run.")
    failed: Count = Field(description="It failed.")
    interrupted: Count = Field(description="It was cut short, and nobody goes on with it.")
    never: Count = Field(description="None ever ran.")


class Health(Part):
    """The service and its store answer."""

    status: Literal["ok"] = Field(description="Always ok; where the store is away, a problem is answered.")
    nights: NightCounts = Field(description="Whether the nights ran; watch late, failed and interrupted.")
