"""Decides what a planner may ask of a budget, and how a request is kept: what was not asked for leaves no trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from api.services.plan_rules import (
    Days,
    GroupRule,
    LiftRule,
    PacingRule,
    PackageRule,
    Range,
    RatioRule,
    RiskRule,
    TargetRule,
)

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Goal = Literal["most", "least_spend"]
Amounts = Mapping[str, Decimal]
VALUE = "conversions_value"
NO_LIMIT = Range()
# What every kept request holds; the fields after these are kept only where they were asked for, so that a request
# without them has the name it always had.
ALWAYS = ("budget", "start", "end", "result", "minimums", "maximums", "share_caps", "credit")


@dataclass(frozen=True, slots=True)
class ProposalRequest:
    """What a planner asks for; money in units of the account's currency, shares and factors as fractions.

    ``budget`` may be left out where ``on_top`` is given: it is then the running plan and that much more.
    The rest is what ``optimizer.demand.Demand`` says of the field of the same name.
    """

    budget: Decimal | None
    start: date
    end: date
    result: str = "conversions"
    minimums: Amounts = field(default_factory=dict)
    maximums: Amounts = field(default_factory=dict)
    share_caps: Amounts = field(default_factory=dict)
    credit: Amounts = field(default_factory=dict)
    share_floors: Amounts = field(default_factory=dict)
    locks: Amounts = field(default_factory=dict)
    min_if_active: Amounts = field(default_factory=dict)
    steps: Amounts = field(default_factory=dict)
    ramp: Amounts = field(default_factory=dict)
    current: Amounts | None = None
    channels: tuple[str, ...] | None = None
    held: tuple[str, ...] = ()
    fewest_channels: int | None = None
    most_channels: int | None = None
    groups: tuple[GroupRule, ...] = ()
    ratios: tuple[RatioRule, ...] = ()
    packages: tuple[PackageRule, ...] = ()
    weekly: Range = NO_LIMIT
    weekly_bounds: Mapping[str, Range] = field(default_factory=dict)
    daily: Range = NO_LIMIT
    by_day: bool = False
    pacing: PacingRule | None = None
    flights: Mapping[str, Days] = field(default_factory=dict)
    blackouts: Mapping[str, tuple[Days, ...]] = field(default_factory=dict)
    goal: Goal = "most"
    targets: tuple[TargetRule, ...] = ()
    cpa: Decimal | None = None
    roas: Decimal | None = None
    marginal_cpa: Decimal | None = None
    marginal_roas: Decimal | None = None
    margin: Decimal | None = None
    weights: Amounts | None = None
    then: tuple[str, ...] = ()
    give: Decimal = Decimal(0)
    on_top: Decimal | None = None
    learning_reserve: Decimal = Decimal(0)
    risk: RiskRule | None = None
    lift_tests: tuple[LiftRule, ...] = ()

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> ProposalRequest:
        """The request again from what ``as_dict`` gave, or from the fields of a checked body."""
        return _adapter().validate_python({"budget": None, **kept})

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, money and factors as exact text; what was not asked for is left out, but ``ALWAYS``."""
        always: dict[str, Any] = _adapter().dump_python(self, mode="json", include=set(ALWAYS))
        asked: dict[str, Any] = _adapter().dump_python(self, mode="json", exclude_defaults=True)
        return {name: _sorted(value) for name, value in (always | asked).items() if value is not None}

    @property
    def further_results(self) -> tuple[str, ...]:
        """Results beside ``result`` whose response the plan must know, sorted."""
        named = {*(self.weights or {}), *self.then, *(target.result for target in self.targets)}
        named |= {VALUE} if self.margin is not None else set()
        return tuple(sorted(named - {self.result}))


@cache
def _adapter() -> TypeAdapter[ProposalRequest]:
    from pydantic import TypeAdapter

    return TypeAdapter(ProposalRequest)


def _sorted(value: Any) -> Any:
    """Maps by rising name, as a request is compared and shown."""
    return dict(sorted(value.items())) if isinstance(value, dict) else value
