"""Decides what is answered about one flag of the rules: the action, what became of it, and every number behind it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.v1.answers.parts import ContentHash, Count, Day, Level, Number, Part, Span, absent

Action = Literal[
    "pause",
    "resume",
    "exclude",
    "cut_bid",
    "raise_bid",
    "cut_budget",
    "raise_budget",
    "shift_out",
    "shift_in",
    "refresh",
    "alert",
]
Decision = Literal["kept", "downgraded", "dropped"]
Because = Literal[
    "kept",
    "learning",
    "last_active",
    "tracking_break",
    "cooldown",
    "capped",
    "paused_explains",
    "campaign_stopped",
    "group_stopped",
    "same_action",
    "stop_wins",
    "opposite_wins",
    "cut_wins",
    "child_stopped",
    "same_creative",
    "covered_above",
    "budget_freed",
    "budget_free",
    "no_budget",
]


class RulePack(Part):
    """Which rule, exactly."""

    name: str = Field(description="Its id.")
    version: str = Field(description="Its version.")
    hash: ContentHash = Field(description="Hash of its content.")


class MetricValue(Part):
    """One metric of an entity in the window."""

    metric: str = Field(description="The metric.")
    value: Number | None = Field(description="Its value; null where it is unknown.")


class Condition(Part):
    """One comparison of the rule."""

    metric: str = Field(description="The metric compared.")
    value: Number | None = Field(description="Its value; null where it is unknown.")
    op: Literal["<", "<=", ">", ">=", "==", "!=", "between"] = Field(description="How it is compared.")
    threshold: Number | Annotated[list[Number], Field(min_length=2, max_length=2)] | None = Field(
        description="What with; the two ends for `between`."
    )
    met: bool = Field(description="Whether it holds.")
    numerator: MetricValue | None = Field(description="What the metric divides; null where it is no ratio.")
    denominator: MetricValue | None = Field(description="What it divides by; null where it is no ratio.")


class Peers(Part):
    """The entities it was compared with."""

    set: Literal["ad_group", "campaign", "account"] = Field(
        description="Who they are: the others of its ad group, campaign or account."
    )
    count: Number | None = Field(description="How many.")
    ctr: Number | None = Field(description="Their click-through rate, 0 to 1.")
    log_error: Number | None = Field(description="Standard error of the logarithm of that rate.")
    prior_shape: Number | None = Field(description="Shape of the gamma prior their spread gives.")
    members: list[str] = Field(description="Keys of the first of them.")
    members_hash: str = Field(description="Hash of the keys of all of them and the entity, sorted.")


class Target(Part):
    """What a conversion may cost."""

    cpa: Number | None = Field(description="Cost a conversion, in units of the currency.")
    given: bool = Field(description="Whether it was set; else it is learned from the account.")
    learned_from_conversions: Number | None = Field(description="Conversions behind a learned one.")
    reported_share: float = Field(
        description="Share of conversions due that is reported; against what the cost was learned from where it was."
    )
    lag_basis: Literal["restated", "assumed", "given"] = Field(
        description="Where that share is from: days exported more than once, an assumption, or the targets."
    )
    lag_days_seen: Count = absent("Days exported more than once that the share was learned from; 0 where assumed.")


class Counted(Part):
    """What the method counted: the days since a fixed origin, or the window itself."""

    start: Day = Field(description="First day that counts.")
    end: Day = Field(description="Last day that counts.")
    numbers: dict[str, Number | None] = Field(description="Sums and what was due, by name; money in units of currency.")


class StoppedPart(Part):
    """A part that no longer runs."""

    entity: str = Field(description="Its key.")
    name: str = Field(description="Its name.")
    spend: Number = Field(description="Its spend in the window, in units of the currency.")


class Running(Part):
    """What still runs of a campaign or an ad group, judged by the rule on its own."""

    flagged: bool = Field(description="Whether the rule flags what still runs; where not, the action is withheld.")
    met: bool = Field(description="Whether its conditions hold on what still runs.")
    probability: Number | None = Field(
        description="Probability that what still runs is truly bad; null where the rule weighs none, or cannot."
    )
    spend: Number = Field(description="Spend in the window of what still runs, in units of the currency.")
    stopped_spend: Number = Field(description="Spend in the window of what was paused or ended since.")
    stopped_count: Count = Field(description="How many parts with rows in the window were paused or ended since.")
    stopped: list[StoppedPart] = Field(description="Those of them that spent the most, at most three.")
    conditions: list[Condition] = Field(description="The rule's comparisons on what still runs.")


class Evidence(Part):
    """Every number behind one flag; what the rule's method does not use is left out."""

    conditions: list[Condition] = Field(description="The rule's comparisons.")
    sums: dict[str, Number | None] = Field(description="Metric to its sum in the window; money in units of currency.")
    method: Literal["none", "poisson_zero", "ctr_below_peers", "cpa_gamma"] = Field(
        description="How sure the rule must be."
    )
    guards_passed: list[str] = Field(description="What was looked at before it could count.")
    judged: Count = Field(description="Entities the rule looked at.")
    probability: Number | None = absent("Probability that the entity is truly bad.")
    false_rate: Number | None = absent("Chance of a flag this strong on an entity that is fine.")
    log_e: Number | None = absent("Logarithm of the e-value against an entity that is fine; null where endless.")
    least_e: float = absent("The e-value a flag of this rule needs.")
    certain: bool = absent("Whether it is sure enough to be done without a person where a policy allows that.")
    counted: Counted = absent("Days and numbers the method weighed.")
    fdr: float = absent("Bound on the share of false flags among all.")
    fdr_rank: Number | None = absent("Its place among the flags, the surest first.")
    peers: Peers = absent("Its peers, where the rule compares with them.")
    target: Target = absent("The target, where the rule holds cost against one.")
    running: Running = absent("What still runs, where a part was paused or ended since and the action would move more.")
    told: dict[str, str] = absent("What was told of it, where the rule reads that: review, page, credit, token.")


class Change(Part):
    """What an action does to one setting of the entity; money in units of the currency."""

    field: Literal["status", "bid", "daily_budget", "placement", "creative"] = Field(description="Which setting.")
    before: str | None = Field(description="Its value now; null where it is not known.")
    after: str | None = Field(description="The value wanted; null where only the share can be told.")
    share: float | None = Field(description="By which part of the value it moves, signed; null where it is no number.")
    verified: bool = Field(description="Whether the value now was told by a state, not supposed.")


class Shift(Part):
    """What the night's plan made of a budget shift; money in units of the currency."""

    channel: str = Field(description="The channel whose money it is.")
    start: Day = Field(description="First day of the plan.")
    end: Day = Field(description="Last day of the plan.")
    amount: Number = Field(description="Money moved over these days.")
    a_day: Number = Field(description="Money moved a day.")


class Recommendation(Part):
    """One flag with what became of it, and its place on the outside, where machines look for it."""

    id: ContentHash = Field(description="The same however often the night is run, for as long as the flag goes on.")
    short_id: str = Field(description="What people call it, such as R-7f3a9c.")
    account: str = Field(description="The account.")
    platform: str = Field(description="The platform.")
    level: Level = Field(description="What kind of entity.")
    name: str = Field(description="The name people call it by.")
    ids: dict[str, str] = Field(description="Level to the platform's id, as far as the export has one.")
    names: dict[str, str] = Field(description="Level to its name.")
    entity: str = Field(description="Key of the entity.")
    rule: RulePack = Field(description="The rule that flagged it.")
    action: Action = Field(description="What is proposed now: alert where it was downgraded.")
    proposed_action: Action = Field(description="What the rule would do.")
    decision: Decision = Field(description="What became of it among all flags.")
    because: Because = Field(description="The step that decided.")
    beaten_by: str | None = Field(description="What beat it, or the protection that held it; null where it was kept.")
    trail: list[str] = Field(description="How it came to that, step by step, in the language asked for.")
    spend_at_stake: float = Field(description="Its spend in the window, in units of the currency.")
    window: Span = Field(description="Days that count.")
    change: Change | None = absent("What it changes; null where it changes nothing, or nothing can be said.")
    by_hand: str | None = absent("Why nothing can be said, in the language asked for; null where something can.")
    shift: Shift | None = absent("What the night's plan made of it; null where it moves no budget, or none is given.")
    since: Day = absent("Last day of the window in which this was first said.")
    reason: str = Field(description="One sentence on why, in the language asked for.")
    evidence: Evidence = Field(description="Every number behind it.")
