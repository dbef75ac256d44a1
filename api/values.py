"""Decides how what a person types is read: money with commas or 萬, dates, CH=VALUE pairs; each fault says the mend."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from engine.errors import InputError

_MONEY = re.compile(r"^(?:NT\$|US\$|[$＄])?\s*([0-9][0-9,]*(?:\.[0-9]+)?)\s*(萬|千|[kKmM])?\s*元?$")
_UNITS: Mapping[str, int] = {"": 1, "萬": 10_000, "千": 1_000, "k": 1_000, "K": 1_000, "m": 1_000_000, "M": 1_000_000}
_LONGEST = 40


def read_money(text: str, option: str) -> Decimal:
    """``1,200,000``, ``NT$300萬`` -> units. Raises InputError naming the option."""
    found = _MONEY.match(text.strip()) if len(text) <= _LONGEST else None
    if found is None:
        raise InputError("api.value.money", option=option, given=text[:_LONGEST])
    return Decimal(found[1].replace(",", "")) * _UNITS[found[2] or ""]


def read_date(text: str, option: str) -> date:
    """``2026-12-01``, ``2026/12/1``, ``20261201``. Raises InputError naming the option."""
    parts = re.match(r"^(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})$", text.strip()) if len(text) <= _LONGEST else None
    try:
        if parts is None:
            raise ValueError
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        raise InputError("api.value.date", option=option, given=text[:_LONGEST]) from None


def read_pairs(given: Sequence[str], option: str) -> dict[str, str]:
    """``["meta=5000", ...]`` as a mapping. Raises InputError for a pair without ``=`` or a name given twice."""
    pairs: dict[str, str] = {}
    for entry in given:
        name, equals, value = entry.rpartition("=")
        if not equals or not name.strip() or not value.strip():
            raise InputError("api.value.pair", option=option, given=entry[:_LONGEST])
        if name.strip() in pairs:
            raise InputError("api.value.twice", option=option, name=name.strip()[:_LONGEST])
        pairs[name.strip()] = value.strip()
    return pairs


def read_amounts(given: Sequence[str], option: str) -> dict[str, Decimal]:
    """Channel -> money."""
    return {name: read_money(value, option) for name, value in read_pairs(given, option).items()}


def read_fractions(given: Sequence[str], option: str, most: Decimal | None = Decimal(1)) -> dict[str, Decimal]:
    """Name -> fraction; ``40%`` is 0.4. Raises InputError when it is negative or over ``most``."""
    return {name: read_fraction(value, option, most) for name, value in read_pairs(given, option).items()}


def read_fraction(text: str, option: str, most: Decimal | None = Decimal(1)) -> Decimal:
    """``0.4``, ``40%`` -> 0.4. Raises InputError when it is negative or over ``most``."""
    text = text.strip()
    try:
        number = Decimal(text.rstrip("%％")) / (100 if text[-1:] in ("%", "％") else 1)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0 or (most is not None and number > most):
        raise InputError("api.value.fraction", option=option, given=text[:_LONGEST])
    return number


def read_days(text: str, option: str) -> dict[str, date]:
    """``2026-12-01..2026-12-03``, or one day alone. Raises InputError naming the option."""
    first, _, last = text.partition("..")
    return {"start": read_date(first, option), "end": read_date(last or first, option)}


def read_count(text: str, option: str) -> int:
    """``4`` -> 4. Raises InputError naming the option."""
    if not re.fullmatch(r"[0-9]{1,6}", text.strip(), re.ASCII):
        raise InputError("api.value.count", option=option, given=text[:_LONGEST])
    return int(text)
