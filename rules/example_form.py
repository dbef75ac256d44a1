"""Decides how the examples of a rule are written: a few ads, how many days they ran, and which must be flagged.

Days count back from the day of judging: ``days: [-14, -1]`` ran for two weeks and still runs. Numbers are per day.
``state`` is what a state export would say of what the rule judges (its lowest level): of the ad, its ad group ...
"""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator
from pydantic_core import PydanticCustomError


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExampleAd(_Part):
    """One ad (``copies`` of it) with the same numbers every day; a metric left out is missing, not 0."""

    ad: str
    ad_group: str = "G1"
    campaign: str = "C1"
    campaign_type: str = ""
    platform: str = "meta"
    placement: str | None = None
    copies: int = Field(1, ge=1, le=200)
    days: tuple[int, int]
    impressions: FiniteFloat | None = None
    clicks: FiniteFloat | None = None
    spend: FiniteFloat | None = None
    conversions: FiniteFloat | None = None
    conversions_value: FiniteFloat | None = None
    reach: FiniteFloat | None = None
    state: dict[str, FiniteFloat | str] = {}
    flag: bool = False

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if not -400 <= self.days[0] <= self.days[1] <= 0:
            raise PydanticCustomError("example_days", "days run from the earlier to the later, 0 is the day of judging")
        return self


class ExamplePlan(_Part):
    """What was planned for one channel from one day to another, as days from the day of judging."""

    channel: str
    days: tuple[int, int]
    spend: FiniteFloat = Field(gt=0)


class Example(_Part):
    """One small account; exactly what is marked ``flag`` must come out flagged."""

    name: str
    ads: tuple[ExampleAd, ...] = Field(min_length=1)
    target_cpa: float | None = Field(None, gt=0)
    target_roas: float | None = Field(None, gt=0)
    plan: tuple[ExamplePlan, ...] = ()


class Examples(_Part):
    """Accounts in which the rule must speak, and accounts in which it must be silent."""

    flag: tuple[Example, ...] = Field(min_length=1)
    silent: tuple[Example, ...] = Field(min_length=1, alias="pass")

    @model_validator(mode="after")
    def _marks_fit(self) -> Self:
        for example in self.flag:
            if not any(ad.flag for ad in example.ads):
                raise PydanticCustomError("example_flag", "example {name} marks no ad", {"name": example.name})
        for example in self.silent:
            if any(ad.flag for ad in example.ads):
                raise PydanticCustomError("example_pass", "example {name} marks an ad", {"name": example.name})
        return self
