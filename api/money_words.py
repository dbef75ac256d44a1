"""Decides how money, counts and shares are written for people; a dash where a number is unknown."""

from __future__ import annotations

from decimal import Decimal

from engine.money import Money

Number = float | int | str | Decimal | None


def money(amount: Number, currency: str | None = None) -> str:
    """``NT$1,200,000``; without a sign where the currency is unknown."""
    if amount is None:
        return "–"
    if currency is None:
        return f"{Decimal(str(amount)).quantize(Decimal('0.01')):,f}".removesuffix(".00")
    return str(Money.of(Decimal(str(amount)), currency).booked())


def number(value: Number, digits: int = 0) -> str:
    """``1,234``."""
    return "–" if value is None else f"{float(value):,.{digits}f}"


def percent(value: Number, digits: int = 1, *, sign: bool = False) -> str:
    """``12.3%`` of a fraction; with ``sign`` also ``+12.3%``."""
    if value is None:
        return "–"
    return f"{100 * float(value):+,.{digits}f}%" if sign else f"{100 * float(value):,.{digits}f}%"
