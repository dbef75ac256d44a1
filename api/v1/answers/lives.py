"""Decides what is answered about the life of a recommendation: as it was said, where it stands, every step it took."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.v1.answers.paging import PageOf
from api.v1.answers.parts import ContentHash, Count, Day, Kept, Level, Moment, Part
from api.v1.answers.recommendations import Action, Change, Recommendation

State = Literal[
    "open",
    "approved",
    "auto_approved",
    "rejected",
    "withheld",
    "exported",
    "applied",
    "undone",
    "superseded",
    "expired",
]


class StepTaken(Part):
    """One step in the life of a recommendation; it is never changed."""

    step: State = Field(description="What was done; never `open`.")
    on: Day = Field(description="The day it counts for.")
    source: Literal["person", "policy", "state", "night"] = Field(description="What it came from.")
    before: dict[str, Any] | None = Field(description="The setting and its value before; null where none changes.")
    after: dict[str, Any] | None = Field(description="The setting and its value after; null where none changes.")
    note: str = Field(description="Why, in the words of whoever took it.")
    by: str = Field(description="Login name of the person who took it; empty where it was none.")
    at: Moment = Field(description="When it was written down.")


class KeptRecommendation(Recommendation, Kept):
    """A recommendation as it was first said, and where it stands."""

    kind: Literal["recommendation"] = Field(description="What kind of document it is.")
    state: State = Field(description="Its last step; `open` before the first.")
    holdout: bool = Field(description="Whether chance withheld it, which nobody is told before it is approved.")
    seen_on: Day = Field(description="Last morning on which the rules said it.")
    needs_approval: bool = Field(description="Whether somebody has to approve it; an alert is dealt with and marked.")
    undoes: str | None = Field(description="Id of the recommendation it takes back; null where it is no undo.")
    steps: list[StepTaken] = Field(description="Every step, in the order taken.")


class RecommendationPage(PageOf[KeptRecommendation]):
    """Recommendations, newest first and of one night the most money first."""


class ByHand(Part):
    """A change that a person has to make."""

    id: ContentHash = Field(description="Id of the recommendation.")
    short_id: str = Field(description="What people call it.")
    level: Level = Field(description="What kind of entity.")
    name: str = Field(description="The name people call it by.")
    action: Action = Field(description="What to do.")
    change: Change | None = Field(description="The setting and its values; null where none is known.")
    reason: str = Field(description="Why it is in no file, in the language asked for.")


class BulkEdit(Part):
    """A platform's bulk-edit file of approved changes, and what has to be done by hand."""

    platform: str = Field(description="The platform.")
    file: str | None = Field(description="What to call the file; null where nothing can be written.")
    content: str | None = Field(description="The file, as CSV text; null where nothing can be written.")
    written: list[str] = Field(description="Short ids of what is in it, in the order of its rows.")
    by_hand: list[ByHand] = Field(description="What is in no file, with the reason.")
    help: str = Field(description="How the file is taken in, in the language asked for.")


class MarkedStates(Part):
    """What a table of states told."""

    new: Count = Field(description="Entities of which something new was told.")
    unchanged: Count = Field(description="Entities told to be as they were known.")
    applied: list[str] = Field(description="Short ids of the recommendations that it shows to be carried out.")


class Targets(Part):
    """What conversions may cost and must bring; empty where nothing is set."""

    target_cpa: dict[str, float] = Field(description="Channel or platform to cost a conversion, in units of currency.")
    target_roas: dict[str, float] = Field(description="Channel or platform to value a unit of money.")
    valid_from: Day | None = Field(description="First morning they hold for; null where nothing is set.")


class Policy(Part):
    """What is approved without asking; no rule where nothing is."""

    rules: list[str] = Field(description="Ids of the rules it covers.")
    max_spend_share: float = Field(description="Share of a day's spend that one day's changes may touch, 0 to 1.")
    max_changes_per_day: Count = Field(description="Changes a day at most.")
    valid_from: Day | None = Field(description="First day; null where no policy was ever set.")
    valid_until: Day | None = Field(description="Last day; null where no policy was ever set.")
