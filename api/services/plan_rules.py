"""Decides what each condition of a budget request holds: limits, groups, packages, days and goals as they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Range:
    """Least and most money, both included; None is no limit."""

    min: Decimal | None = None
    max: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """Calendar days, both included."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class GroupRule:
    """Channels that are limited together, in money or as shares (0 to 1) of the budget."""

    name: str
    channels: tuple[str, ...]
    min: Decimal | None = None
    max: Decimal | None = None
    min_share: Decimal | None = None
    max_share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RatioRule:
    """Spend of ``over`` is ``min`` to ``max`` times the spend of ``under``."""

    over: str
    under: str
    min: Decimal | None = None
    max: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PackageRule:
    """A fixed buy (檔購): all of ``price`` for ``results`` or nothing; ``must`` where it is already booked."""

    name: str
    channel: str
    price: Decimal
    results: Decimal
    must: bool = False


@dataclass(frozen=True, slots=True)
class PacingRule:
    """How far a step may stray from its even share (0 to 1), and what weekend days and holidays weigh."""

    tolerance: Decimal
    weekend: Decimal = Decimal(1)
    holiday: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class TargetRule:
    """At least ``least`` of ``result`` from ``channels``, all where None."""

    result: str
    least: Decimal
    channels: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RiskRule:
    """``weight`` (0 to 1) of the objective is the mean of the worst ``tail`` share (0 to 1) of the curves' draws."""

    tail: Decimal
    weight: Decimal


@dataclass(frozen=True, slots=True)
class LiftRule:
    """What an incrementality study reported; ``optimizer.lift_report.LiftReport`` says it of each field.

    ``result`` and ``currency`` are the request's and the account's where None.
    """

    channel: str
    start: date
    end: date
    spend: Decimal
    lift: Decimal
    result: str | None = None
    spend_without: Decimal = Decimal(0)
    standard_error: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    level: Decimal = Decimal("0.9")
    coverage: Decimal = Decimal(1)
    currency: str | None = None
    source: str = ""
