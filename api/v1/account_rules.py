"""Endpoints for what holds in an account: targets, the policy for approving without asking, states of entities."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from flask_openapi3.models.tag import Tag
from pydantic import Field

from api.access import account_of_caller
from api.dates import today
from api.services import account_rules
from api.services.entity_states import mark_states as mark
from api.v1.answers.lives import MarkedStates, Policy, Targets
from api.v1.contract import Answer, Body, NoQuery, v1
from api.v1.numbers import PositiveAmount, Share
from api.v1.strict import Strict, Text
from engine.store.states import StateRow

TAGS = [Tag(name="account-rules")]
Channel = Annotated[str, Field(pattern=r"^[^\x00]{1,80}$")]
Review = Literal["approved", "limited", "pending", "disapproved"]
Name = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=1_000)]


class TargetsBody(Body):
    """What conversions may cost and must bring, by platform (`meta`) or channel (`meta/OUTCOME_SALES`)."""

    target_cpa: dict[Channel, PositiveAmount] = Field(default_factory=dict, description="Cost a conversion.")
    target_roas: dict[Channel, PositiveAmount] = Field(default_factory=dict, description="Value a unit of money.")
    valid_from: date | None = Field(None, description="First morning they hold for; default today.")


class PolicyBody(Body):
    """What is approved without asking; without rules nothing is, which ends an earlier policy."""

    rules: list[Text] = Field(max_length=200, description="Ids of the rules it covers.")
    max_spend_share: Share = Field(description="Share of a day's spend that one day's changes may touch, 0 to 1.")
    max_changes_per_day: int = Field(ge=0, le=1_000, description="Changes a day at most.")
    valid_from: date | None = Field(None, description="First day; default today.")
    valid_until: date = Field(description="Last day; a policy without an end is not taken.")


class EntityBody(Strict):
    """What one campaign, ad group or ad is."""

    platform: Text = Field(min_length=1, max_length=32, description="The platform, such as line.")
    level: Literal["campaign", "ad_group", "ad"] = Field(description="What kind of entity.")
    id: Name = Field("", description="The platform's id, where it is known.")
    name: Name = Field("", description="Its name.")
    campaign_name: Name = Field("", description="Name of the campaign it is in.")
    ad_group_name: Name = Field("", description="Name of the ad group it is in.")
    status: Literal["active", "paused", "removed", "ended"] = Field(description="Whether it runs.")
    learning: bool | None = Field(None, description="Whether the platform says that it is learning.")
    review: Review | None = Field(None, description="What the platform's review said.")
    review_reason: Name = Field("", description="Why, in the platform's words.")
    final_url: Name = Field("", description="Where an ad leads.")
    daily_budget: PositiveAmount | None = Field(None, description="Daily budget, in units of the currency.")
    bid: PositiveAmount | None = Field(None, description="Bid, in units of the currency.")


class StatesBody(Body):
    """What somebody saw in a platform's own console."""

    states: list[EntityBody] = Field(min_length=1, max_length=5_000, description="One entry an entity.")
    on: date | None = Field(None, description="The day it was seen; default today.")


@v1.get("/targets", tags=TAGS, responses={200: Targets})
def read_targets(query: NoQuery) -> Answer:
    """Read the targets that hold today."""
    kept = account_rules.targets_on(account_of_caller(), today())
    return kept.document if kept is not None else {"target_cpa": {}, "target_roas": {}, "valid_from": None}


@v1.post("/targets", tags=TAGS, responses={201: Targets})
def set_targets(query: NoQuery, body: TargetsBody) -> Answer:
    """Set the targets from a day on, in place of all that held before."""
    cpa, roas = ({name: float(value) for name, value in given.items()} for given in (body.target_cpa, body.target_roas))
    return account_rules.set_targets(account_of_caller(), cpa, roas, body.valid_from or today()).document, 201


@v1.get("/policy", tags=TAGS, responses={200: Policy})
def read_policy(query: NoQuery) -> Answer:
    """Read the policy that was set last."""
    kept = account_rules.policy_on(account_of_caller(), today())
    nothing = {"rules": [], "max_spend_share": 0.0, "max_changes_per_day": 0, "valid_from": None, "valid_until": None}
    return kept.document if kept is not None else nothing


@v1.post("/policy", tags=TAGS, responses={201: Policy})
def set_policy(query: NoQuery, body: PolicyBody) -> Answer:
    """Set as a person what is approved without asking: which rules, until when, within which caps.

    Whatever it says, only what is surer than 95 % is approved without asking.
    """
    from rules.applying import Policy as Allowed

    allowed = Allowed(
        rules=frozenset(body.rules),
        max_spend_share=float(body.max_spend_share),
        max_changes_per_day=body.max_changes_per_day,
        valid_from=body.valid_from or today(),
        valid_until=body.valid_until,
    )
    return account_rules.set_policy(account_of_caller(), allowed).document, 201


@v1.post("/states", tags=TAGS, responses={200: MarkedStates})
def mark_states(query: NoQuery, body: StatesBody) -> Answer:
    """Tell what campaigns, ad groups and ads are; approved changes that are seen are marked as carried out."""
    rows = [
        StateRow(
            platform=one.platform,
            level=one.level,
            name=one.name,
            status=one.status,
            external_id=one.id,
            campaign_name=one.campaign_name,
            ad_group_name=one.ad_group_name,
            learning=one.learning,
            review=one.review or "",
            review_reason=one.review_reason,
            final_url=one.final_url,
            daily_budget=one.daily_budget,
            bid=one.bid,
        )
        for one in body.states
    ]
    done = mark(account_of_caller(), rows, body.on or today(), "person")
    return {"new": done.told.new, "unchanged": done.told.unchanged, "applied": list(done.applied)}
