"""Decides what a cue sheet (媒體廣告排程表) holds and how its money adds up, to the dollar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from engine.money import CASH_STEP
from engine.vocabulary import Period


@dataclass(frozen=True, slots=True)
class CueLine:
    """One bought placement: what, where, how it is paid, what it should bring and what it costs."""

    channel: str
    category: str
    media: str
    placement: str
    section: str
    size: str
    form: str
    rotation: str
    buy_type: str
    deadline: date
    amount: Decimal
    weekly: Mapping[date, Decimal]
    est_impressions: int | None = None
    est_clicks: int | None = None
    est_result: Decimal | None = None
    basis: str = "fitted"

    @property
    def ctr(self) -> Decimal | None:
        """Estimated clicks per impression; None where either is unknown."""
        if not self.est_impressions or self.est_clicks is None:
            return None
        return Decimal(self.est_clicks) / Decimal(self.est_impressions)


@dataclass(frozen=True, slots=True)
class CueTotals:
    """The money of a cue sheet: net media, service fee, tax."""

    media: Decimal
    fee: Decimal
    tax: Decimal

    @property
    def before_tax(self) -> Decimal:
        """Media and fee."""
        return self.media + self.fee

    @property
    def due(self) -> Decimal:
        """What the client pays."""
        return self.before_tax + self.tax


@dataclass(frozen=True, slots=True)
class CueSheet:
    """A schedule for the client to confirm; amounts are net media in units of ``currency``."""

    client: str
    period: Period
    version: str
    proposal_id: str
    made_on: date
    currency: str
    result_label: str
    lines: tuple[CueLine, ...]
    weeks: tuple[date, ...]
    fee_rate: Decimal
    tax_rate: Decimal
    undecided: int = 0
    final: bool = False
    notes: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def step(self) -> Decimal:
        """The smallest amount booked in this currency."""
        return step_of(self.currency)

    def totals(self) -> CueTotals:
        """Media, the fee on all of it rounded once, and tax on both rounded once."""
        media = sum((line.amount for line in self.lines), Decimal(0))
        fee = _rounded(media * self.fee_rate, self.step)
        return CueTotals(media, fee, _rounded((media + fee) * self.tax_rate, self.step))

    def line_fee(self, line: CueLine) -> Decimal:
        """The part of the fee that falls on one line; over all lines the parts add up to the fee."""
        exact = [one.amount * self.fee_rate for one in self.lines]
        parts = spread_exactly(self.totals().fee, exact, self.step)
        return next(part for part, one in zip(parts, self.lines, strict=True) if one is line)

    def week_total(self, week: date) -> Decimal:
        """Media of one week over all lines."""
        return sum((line.weekly.get(week, Decimal(0)) for line in self.lines), Decimal(0))


def step_of(currency: str) -> Decimal:
    """The smallest amount booked in ``currency``."""
    return CASH_STEP.get(currency, Decimal("0.01"))


def _rounded(amount: Decimal, step: Decimal) -> Decimal:
    return (amount / step).to_integral_value(ROUND_HALF_UP) * step


def asset_deadline(start: date, workdays: int) -> date:
    """The day assets must be in: ``workdays`` weekdays before ``start``; public holidays count as weekdays."""
    day = start
    while workdays > 0:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            workdays -= 1
    return day


def monday(day: date) -> date:
    """The Monday of the week that ``day`` lies in."""
    return day - timedelta(days=day.weekday())


def spread_exactly(total: Decimal, parts: Sequence[Decimal], step: Decimal) -> list[Decimal]:
    """``parts`` rounded to ``step`` so that they add up to ``total`` (largest remainders get the odd steps)."""
    floors = [(part // step) * step for part in parts]
    missing = int((total - sum(floors, Decimal(0))) / step)
    order = sorted(range(len(parts)), key=lambda i: (floors[i] - parts[i], i))
    for i in order[: max(missing, 0)]:
        floors[i] += step
    return floors
