"""Decides which plan an account's spending is held against on a morning: what was approved by then and runs.

Of two approved proposals that run on a day the one approved last counts, channel by channel. A platform part of whose
spend no plan speaks of is left out: held against a plan for the rest it would seem to spend too much.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.snapshot import Snapshot
from engine.store.account import AccountStore

if TYPE_CHECKING:
    from rules.given import PlanLine

MOST_LOOKED_AT = 50  # approved proposals, the latest first
MOST_UNPLANNED = 0.05  # of a platform's spend since its plan began


def running_plan(account: AccountStore, as_of: date, snapshot: Snapshot, known_by: datetime) -> tuple[PlanLine, ...]:
    """A line a channel and week of the plans that run on the day before ``as_of`` and were approved by ``known_by``."""
    running: dict[str, tuple[str, dict[str, Any]]] = {}
    yesterday = (as_of - timedelta(days=1)).isoformat()
    for stored, decided in account.approved("proposal", MOST_LOOKED_AT):
        document = stored.document["en"]
        runs = document["period"]["start"] <= yesterday <= document["period"]["end"]
        if runs and document["currency"] == snapshot.currency and decided.at <= known_by:
            for one in document["channels"]:
                if one["spend"] > 0:
                    running.setdefault(one["channel"], (stored.id, document))
    whole = _planned_whole(running, snapshot) if running else frozenset()
    return tuple(
        line
        for channel, (plan, document) in sorted(running.items())
        if channel.split("/")[0] in whole
        for line in _lines(channel, plan, document)
    )


def _lines(channel: str, plan: str, document: dict[str, Any]) -> list[PlanLine]:
    from rules.given import PlanLine

    days = date.fromisoformat
    return [
        PlanLine(channel, days(week["week_start"]), days(week["week_end"]), float(week["spend"]), plan)
        for week in document["weeks"]
        if week["channel"] == channel
    ]


def _planned_whole(running: dict[str, tuple[str, dict[str, Any]]], snapshot: Snapshot) -> frozenset[str]:
    """Platforms nearly all of whose spend since their first plan began is on channels that are planned."""
    from optimizer.history import weekly_history

    found = weekly_history(snapshot.facts, "clicks", currency=snapshot.currency or "").daily
    if found is None:
        return frozenset()
    platforms: dict[str, str] = {}
    for channel, (_, document) in running.items():
        name = channel.split("/")[0]
        platforms[name] = min(document["period"]["start"], platforms.get(name, document["period"]["start"]))
    whole = set()
    for name, start in platforms.items():
        own = found[(found["channel"].str.split("/").str[0] == name) & (found["day"] >= start)]
        unplanned = own.loc[~own["channel"].isin(running), "spend"].sum()
        if unplanned <= MOST_UNPLANNED * own["spend"].sum():
            whole.add(name)
    return frozenset(whole)
