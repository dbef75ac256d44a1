"""Decides what is answered about the rules of an account: how each stands, its text, and what one would say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.v1.answers.nights import NoAnswer, RuleCount
from api.v1.answers.paging import PageOf
from api.v1.answers.parts import ContentHash, Count, Day, Level, Moment, Notice, Part
from api.v1.answers.recommendations import Action, Condition, Recommendation

Mode = Literal["propose", "alert_only", "off"]


class RuleText(Part):
    """What a rule says of itself."""

    id: str = Field(description="Its id.")
    version: Count = Field(description="Its version.")
    hash: ContentHash = Field(description="Hash of its content.")
    title: str = Field(description="Its title, in the language asked for.")
    explanation: str = Field(description="What it looks for, in the language asked for.")
    mode: Mode = Field(description="Whether it proposes, only alerts, or is off.")
    levels: list[Level] = Field(description="What kinds of entity it looks at.")
    platforms: list[str] = Field(description="The platforms it looks at; empty for all.")
    action: Action = Field(description="What it proposes.")
    priority: Count = Field(description="Lower wins among rules that propose the same kind of action.")


class AccountRule(RuleText):
    """A rule as it stands in the account."""

    origin: Literal["shipped", "own"] = Field(description="Whether it came with the product or is the account's own.")
    state: Literal["on", "off", "unreadable"] = Field(
        description="Whether nights judge by it; unreadable: its text fits the present form no more."
    )
    replaces_shipped: bool = Field(description="Whether it stands in the place of a shipped rule of the same id.")
    valid_from: Day | None = Field(description="Since when it stands so; null where the account said nothing of it.")
    by: str = Field(description="Login name of the person who said so; empty where it was none.")


class RulePage(PageOf[AccountRule]):
    """The rules of the account, by id."""


class RuleVersion(Part):
    """One version the account kept; it is never changed."""

    version: Count = Field(description="Its version.")
    hash: ContentHash = Field(description="Hash of its content.")
    mode: Mode = Field(description="Whether it proposes, only alerts, or is off.")
    text: str = Field(description="Its YAML; empty where the rule was only switched off.")
    valid_from: Day = Field(description="First day it held.")
    valid_to: Day | None = Field(description="First day it held no more; null where it still holds.")
    by: str = Field(description="Login name of the person who kept it; empty where it was none.")
    at: Moment = Field(description="When it was written down.")


class WholeRule(AccountRule):
    """A rule with its text and its versions."""

    text: str = Field(description="Its YAML.")
    versions: list[RuleVersion] = Field(description="Every version the account kept, the latest first.")


class NearMiss(Part):
    """An entity that all conditions but one hold for."""

    entity: str = Field(description="Key of the entity.")
    platform: str = Field(description="The platform.")
    level: Level = Field(description="What kind of entity.")
    name: str = Field(description="The name people call it by.")
    names: dict[str, str] = Field(description="Level to its name.")
    spend: float = Field(description="Its spend in the window, in units of the currency.")
    conditions: list[Condition] = Field(description="Every comparison of the rule with its value.")


class RulePreview(Part):
    """What a rule would say of the account as it is known today."""

    as_of: Day = Field(description="The morning it is judged from.")
    currency: str | None = Field(description="ISO code of the money; null where the facts mix currencies.")
    judged: list[RuleCount] = Field(description="Counts a level.")
    flagged: list[Recommendation] = Field(description="What it would flag, most money first, at most 100.")
    no_data: list[NoAnswer] = Field(description="Entities it could not answer for, most spend first, at most 100.")
    near: list[NearMiss] = Field(description="Whom it only just leaves out, most spend first, at most 20.")
    near_count: Count = Field(description="How many there are of those.")


class RuleTrial(Part):
    """What keeping a rule comes to."""

    rule: RuleText = Field(description="The rule.")
    replaces_shipped: bool = Field(description="Whether it stands in the place of a shipped rule of the same id.")
    kept: bool = Field(description="Whether it was kept.")
    notes: list[Notice] = Field(description="Rules with opposite actions that it may meet on one entity.")
    preview: RulePreview | None = Field(description="What it would say; null where that was not asked for.")
