"""Decides what a problem file asks of several channels: groups, ratios, fixed buys, and how many channels run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optimizer.ask import NONE, Group, Limit, Package, Ratio
from optimizer.doors.faults import Faults, shown
from optimizer.doors.table import Table

GROUP_KEYS = frozenset({"name", "idx", "channels", "lo", "hi", "share_floor", "share_cap"})
RATIO_KEYS = frozenset({"over", "under", "min", "max"})
PACKAGE_KEYS = frozenset({"name", "channel", "price", "results", "must"})


def limit(low: float, high: float) -> Limit:
    """A limit of which NaN is no part."""
    return Limit(None if low != low else float(low), None if high != high else float(high))


def read_groups(table: Table, names: Sequence[str]) -> tuple[Group, ...]:
    """Channels taken together, by number (``idx``, from 0) or by name (``channels``)."""
    titles = table.names(otherwise="g")
    low, high = _pair(table, "lo", "hi")
    floor, cap = _pair(table, "share_floor", "share_cap")
    _check_fractions(table, floor, "share_floor")
    _check_fractions(table, cap, "share_cap")
    out = []
    for row, each in enumerate(table.rows):
        table.known(row, GROUP_KEYS)
        if all(each.get(key) is None for key in ("lo", "hi", "share_floor", "share_cap")):
            table.fault(row, "", "no_limit")
        money, share = limit(low[row], high[row]), limit(floor[row], cap[row])
        out.append(Group(titles[row], _members(table, row, each, names), money, share))
    return tuple(out)


def _members(table: Table, row: int, each: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    by_number, by_name = each.get("idx"), each.get("channels")
    key = "channels" if by_number is None else "idx"
    if by_number is not None and by_name is not None:
        table.fault(row, "channels", "both_ways")
    given = by_name if by_number is None else by_number
    if not isinstance(given, list) or not given:
        table.fault(row, key, "no_members")
        return ()
    found: dict[str, None] = {}
    known = set(names)
    for at, member in enumerate(given):
        place = f"{key}[{at}]"
        if key == "idx":
            if type(member) is not float or member % 1 or not 0 <= member < len(names):
                table.fault(row, place, "index_outside", found=shown(member), last=len(names) - 1)
                continue
            member = names[int(member)]
        elif not isinstance(member, str) or member not in known:
            table.fault(row, place, "unknown_channel", found=shown(member))
            continue
        if member in found:
            table.fault(row, place, "channel_twice", found=member[:80])
        found[member] = None
    return tuple(found)


def read_ratios(table: Table, names: Sequence[str]) -> tuple[Ratio, ...]:
    """Spend of one channel between multiples of another's."""
    low, high = _pair(table, "min", "max")
    out = []
    for row, each in enumerate(table.rows):
        table.known(row, RATIO_KEYS)
        over, under = (_channel(table, row, key, each.get(key), names) for key in ("over", "under"))
        if over and over == under:
            table.fault(row, "under", "channel_twice", found=under[:80])
        if each.get("min") is None and each.get("max") is None:
            table.fault(row, "", "no_limit")
        out.append(Ratio(over, under, limit(low[row], high[row])))
    return tuple(out)


def read_packages(table: Table, names: Sequence[str], result: str) -> tuple[Package, ...]:
    """Fixed buys: all of the price or nothing."""
    titles = table.names()
    price, worth = table.numbers("price", needed=True, low="not_positive"), table.numbers("results", needed=True)
    out = []
    for row, each in enumerate(table.rows):
        table.known(row, PACKAGE_KEYS)
        must = each.get("must", False)
        if not isinstance(must, bool):
            table.fault(row, "must", "not_yes_or_no", found=shown(must))
        channel = _channel(table, row, "channel", each.get("channel"), names)
        out.append(Package(titles[row], channel, float(price[row]), {result: float(worth[row])}, must is True))
    return tuple(out)


def _channel(table: Table, row: int, key: str, given: Any, names: Sequence[str]) -> str:
    if given is None:
        table.fault(row, key, "missing", name=key)
    elif not isinstance(given, str) or given not in names:
        table.fault(row, key, "unknown_channel", found=shown(given))
    else:
        return given
    return ""


def _pair(table: Table, low: str, high: str) -> tuple[Any, Any]:
    """Two limits that do not cross."""
    lows, highs = table.numbers(low), table.numbers(high)
    with np.errstate(invalid="ignore"):
        broken = lows > highs
    for row in np.flatnonzero(broken):
        least, most = shown(float(lows[row])), shown(float(highs[row]))
        table.fault(int(row), low, "crossed", low=low, least=least, high=high, most=most)
    return lows, highs


def _check_fractions(table: Table, values: Any, key: str) -> None:
    with np.errstate(invalid="ignore"):
        broken = values > 1.0
    for row in np.flatnonzero(broken):
        table.fault(int(row), key, "above_one", found=shown(float(values[row])))


def read_active(document: Mapping[str, Any], channels: int, faults: Faults) -> Limit:
    """How many channels run at all."""
    low, high = (_count(document, key, faults) for key in ("min_active", "max_active"))
    if low is not None and high is not None and low > high:
        values = {"low": "min_active", "least": shown(low), "high": "max_active", "most": shown(high)}
        faults.add("min_active", "crossed", **values)
    if low is not None and low > channels:
        faults.add("min_active", "more_than_channels", found=shown(low), count=channels)
    return Limit(low, high) if (low, high) != (None, None) else NONE


def _count(document: Mapping[str, Any], key: str, faults: Faults) -> float | None:
    given = document.get(key)
    if given is None:
        return None
    if type(given) is not float or given % 1 or given < 0:
        faults.add(key, "not_whole", found=shown(given))
        return None
    return given
