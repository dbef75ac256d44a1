"""Decides what a proposal holds: spend and expected outcome per channel and week, its proof and its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from engine.messages import Message
from engine.money import Money
from engine.vocabulary import Period
from optimizer.curves.curve_set import ChannelCurve
from optimizer.wording import Aim

if TYPE_CHECKING:
    from optimizer.proof import Proof


@dataclass(frozen=True, slots=True)
class Binding:
    """A rule that holds a channel: ``price_per_1000`` is the objective gained by giving way by 1,000 of its ``unit``.

    ``local``: the price holds while the same switches stay on. ``without`` is the objective gained without a rule that
    has no price, because it counts or switches.
    """

    rule: str
    side: str
    price_per_1000: float
    unit: Literal["money", "results", "count"]
    local: bool
    name: Message
    without: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What a channel gains or loses against the current plan; ``per_1000`` is what each 1,000 moved brings or costs."""

    spend: float
    expected: float
    per_1000: float | None
    text: Message


@dataclass(frozen=True, slots=True)
class WholeChange:
    """What moving from the current plan to this one buys, with its 90 % range."""

    moved: float
    added: float
    gained: float
    gained_low: float
    gained_high: float
    gained_per_1000: float | None
    text: Message


@dataclass(frozen=True, slots=True)
class PackageProposal:
    """A fixed buy: taken or not; ``toggled`` is the objective gained (below 0: lost) if it were the other way."""

    name: str
    channel: str
    price: float
    bought: bool
    must: bool
    results: float
    toggled: float | None
    why: Message


@dataclass(frozen=True, slots=True)
class Shift:
    """Something that would change the answer, how far it was tried (``step``) and what that gains."""

    kind: Literal["budget_more", "budget_less", "rule", "curve", "chance"]
    text: Message
    channel: str | None = None
    rule: str | None = None
    side: str | None = None
    step: float | None = None
    results: float | None = None
    per_1000: float | None = None
    holds: bool | None = None
    factor: float | None = None
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One point of a channel's weekly response at steady spend, with its 90 % range."""

    spend: float
    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ChannelProposal:
    """One channel of the plan. ``expected_low`` to ``expected_high`` holds the outcome nine times out of ten."""

    channel: str
    spend: float
    current_spend: float
    expected: float
    expected_low: float
    expected_high: float
    current_expected: float
    marginal_per_1000: float
    curve: ChannelCurve
    binding: tuple[Binding, ...]
    why: Message
    points: tuple[ChartPoint, ...]
    weeks_running: float
    hurdle_per_1000: float
    change: Change


@dataclass(frozen=True, slots=True)
class CellProposal:
    """One channel in one week of the plan."""

    week: Period
    channel: str
    spend: float
    expected: float
    expected_low: float
    expected_high: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan with its certificate: no plan under the same rules makes more of the objective than ``upper_bound``.

    ``objective`` is what the plan is expected to bring of ``result``, fixed buys included; ``objective_value`` is what
    was made most of, which is the same unless the demand weighs results, money or risk.
    """

    budget: Money
    period: Period
    result: str
    channels: tuple[ChannelProposal, ...]
    weeks: tuple[CellProposal, ...]
    objective: float
    objective_low: float
    objective_high: float
    upper_bound: float
    gap: float
    current_objective: float
    current_given: bool
    chance_better: float
    rounding_loss: float
    marginal_per_1000: float
    warnings: tuple[Message, ...]
    data: tuple[date | None, date | None]
    curves_hash: str
    change: WholeChange
    aim: Aim = "results"
    objective_value: float = 0.0
    objective_current: float = 0.0
    current_keeps_rules: bool = True
    prices_local: bool = False
    packages: tuple[PackageProposal, ...] = ()
    what_would_change: tuple[Shift, ...] = ()
    rounding_text: Message | None = None
    proof: Proof | None = None
    credit: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def allocated(self) -> float:
        """Money placed, in units, fixed buys included."""
        return sum(channel.spend for channel in self.channels) + self.package_spend

    @property
    def package_spend(self) -> float:
        """Money of the fixed buys taken."""
        return sum(package.price for package in self.packages if package.bought)

    @property
    def package_results(self) -> float:
        """Results of the fixed buys taken."""
        return sum(package.results for package in self.packages if package.bought)

    @property
    def uplift(self) -> float:
        """Expected results gained against the current plan, relative."""
        return self.objective / self.current_objective - 1.0 if self.current_objective > 0 else 0.0

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready. Money in units of ``currency``, whole numbers where the currency is booked in whole units."""
        from optimizer.proposal_json import proposal_json

        return proposal_json(self)
