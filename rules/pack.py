"""Decides what a rule may say: the stored form of ``packs/*.yaml``, and nothing that could run as code.

A rule is read from YAML, checked here, and named by its id, version and content hash::

    id: spend_no_conv
    level: ad
    window: {days: 28, end_lag_days: 3}
    when: {all: [{metric: conversions, op: '==', value: 0}, {metric: expected_conversions, op: '>=', value: 3}]}
    action: {type: pause, class: stop}
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from engine.messages import Language
from rules.actions import CLASS_OF, STEPS, ActionClass, ActionType
from rules.condition_form import When, metrics_of
from rules.evidence_form import Evidence
from rules.example_form import Examples

LevelName = Literal["ad", "placement", "ad_group", "campaign", "account"]
Guard = Literal["learning", "tracking_break", "data_incomplete", "scheduled_off"]
# The least numbers of the window that a rule may ask for (fields of ``Guards``), with the metric of each.
MINIMUMS = {"min_impressions": "impressions", "min_clicks": "clicks", "min_conversions": "conversions"}


# Fewer than a tenth takes years to tell an effect, more than a fifth leaves too much of what was approved undone.
LEAST_HOLDOUT, LARGEST_HOLDOUT = 0.1, 0.2


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Texts(_Part):
    """One text in both languages."""

    zh_tw: str = Field(alias="zh-TW", min_length=1)
    en: str = Field(min_length=1)

    def told(self, language: Language) -> str:
        """The text in one of them."""
        return self.en if language == "en" else self.zh_tw


class Scope(_Part):
    """Which entities the rule looks at; an empty list means all."""

    platform: tuple[str, ...] = ()
    campaign_type: tuple[str, ...] = ()
    status: Literal["active", "any"] = "active"
    name_contains: tuple[str, ...] = ()
    name_not_contains: tuple[str, ...] = ()
    exclude_ids: tuple[str, ...] = ()


class Window(_Part):
    """The days that count: ``days`` of them, ending ``end_lag_days`` before the day of judging."""

    days: int = Field(ge=1, le=400)
    end_lag_days: int = Field(ge=0, le=90)


class Guards(_Part):
    """What must hold before a flag counts; below a minimum the answer is "no data", not "fine"."""

    min_impressions: float = Field(0, ge=0)
    min_clicks: float = Field(0, ge=0)
    min_conversions: float = Field(0, ge=0)
    min_peers: int = Field(0, ge=0)
    skip_if: tuple[Guard, ...] = ()


class Action(_Part):
    """What is proposed; ``class`` says which actions it is in conflict with.

    ``amount`` is by how much a bid or a budget moves, as a share of it, and ``cap`` how far within ``cap_days``; the
    usual steps of ``rules.actions`` hold where they are left out.
    """

    type: ActionType
    action_class: ActionClass | None = Field(None, alias="class")
    amount: float | None = Field(None, gt=0, le=0.5)
    cap: float | None = Field(None, gt=0, le=1)
    cap_days: int = Field(7, ge=1, le=90)

    @model_validator(mode="after")
    def _class_fits(self) -> Self:
        expected = CLASS_OF[self.type]
        if self.action_class is not None and self.action_class != expected:
            raise PydanticCustomError("action_class", "{type} is of class {expected}", self._context(expected))
        if self.type not in STEPS and (self.amount is not None or self.cap is not None):
            raise PydanticCustomError("action_amount", "{type} moves no bid and no budget", {"type": self.type})
        if self.amount is not None and self.cap is not None and self.amount > self.cap:
            raise PydanticCustomError("action_cap", "amount is above cap")
        return self

    def _context(self, expected: str) -> dict[str, str]:
        return {"type": self.type, "expected": expected}


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _levels_once(levels: tuple[LevelName, ...]) -> tuple[LevelName, ...]:
    if len(set(levels)) != len(levels):
        raise PydanticCustomError("level_twice", "a level is named twice")
    return levels


Levels = Annotated[
    tuple[LevelName, ...],
    Field(min_length=1),
    BeforeValidator(_as_tuple, json_schema_input_type=LevelName | list[LevelName]),
    AfterValidator(_levels_once),
]


def _off(value: object) -> object:
    """``mode: off`` without quotes, which YAML reads as false."""
    return "off" if value is False else value


ModeName = Literal["propose", "alert_only", "off"]
Mode = Annotated[ModeName, BeforeValidator(_off, json_schema_input_type=ModeName)]


class RulePack(_Part):
    """One rule as it is stored."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")
    version: int = Field(ge=1)
    title: Texts
    explanation: Texts
    level: Levels
    scope: Scope = Scope()
    window: Window
    when: When
    guards: Guards = Guards()
    evidence: Evidence = Evidence()
    action: Action
    priority: int = Field(ge=1, le=99, description="Lower wins among rules that propose the same kind of action.")
    cooldown_days: int = Field(7, ge=0, le=90)
    holdout: float = Field(
        LEAST_HOLDOUT,
        ge=0,
        le=LARGEST_HOLDOUT,
        description="Share of approved proposals withheld to measure the effect: 0.1 to 0.2; 0 for a rule that alerts.",
    )
    mode: Mode = "propose"
    examples: Examples

    @property
    def act(self) -> ActionType:
        """The action proposed: an ``alert_only`` rule never proposes more than an alert."""
        return "alert" if self.mode == "alert_only" else self.action.type

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Every metric its conditions read, in the order written."""
        return metrics_of(self.when)

    @field_validator("holdout")
    @classmethod
    def _holdout_fits(cls, share: float, info: ValidationInfo) -> float:
        alerts = isinstance(info.data.get("action"), Action) and info.data["action"].type == "alert"
        if alerts and share:
            raise PydanticCustomError("holdout_alert", "an alert is not withheld")
        if not alerts and share < LEAST_HOLDOUT:
            limits = {"least": str(LEAST_HOLDOUT), "most": str(LARGEST_HOLDOUT)}
            raise PydanticCustomError("holdout_least", "too little is withheld", limits)
        return share

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if self.action.type == "exclude" and set(self.level) != {"placement"}:
            raise PydanticCustomError("exclude_level", "only a placement can be excluded")
        if self.action.type in ("pause", "resume") and {"placement", "account"} & set(self.level):
            raise PydanticCustomError("pause_level", "a placement or an account cannot be paused")
        if self.evidence.method == "poisson_zero" and "expected_conversions" not in self.metrics:
            raise PydanticCustomError("evidence_zero", "poisson_zero needs a condition on expected_conversions")
        if self.evidence.method == "ctr_below_peers" and "ctr_vs_peers" not in self.metrics:
            raise PydanticCustomError("evidence_ctr", "ctr_below_peers needs a condition on ctr_vs_peers")
        told = {"expected_conversions", "target_cpa"} & set(self.metrics)
        if self.evidence.method == "cpa_gamma" and self.evidence.against == "target" and not told:
            raise PydanticCustomError("evidence_cpa", "cpa_gamma needs a condition on expected_conversions")
        return self
