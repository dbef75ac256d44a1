"""Decides what the delivery monitor finds beside the facts: landing pages, credit, budgets, tokens, told as states.

The rules read them like any other state, so that what it finds becomes an alert with its evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import pandas as pd

from api.dates import today
from api.services.landing_pages import PageSeen, Prober, page_of, pages_seen, probe_pages
from api.services.night_state import NightState
from api.services.registry import Registered, registered_on
from engine.messages import Message
from engine.settings import settings


@dataclass(frozen=True, slots=True)
class MonitorDelivery:
    """Looks at landing pages where the setting allows it, and tells the rules what was found beside the exports.

    A replay and a dry run look at nothing; they read what was seen before.
    """

    name: str = "monitor"
    prober: Prober | None = None

    def run(self, state: NightState) -> NightState:
        """The state with what the rules are told, and a notice of pages and accounts that nothing is known of."""
        beside = state.context
        if beside is None or beside.given.states is None:
            return state
        notices = list(state.notices)
        if settings().probe_pages and not state.dry_run and not state.replay and state.as_of == today():
            done = probe_pages(state.account, beside.given.states, self.prober)
            if done.left:
                notices.append(Message("api.night.pages_left", {"pages": done.pages, "left": done.left}))
        entries = registered_on(state.account, state.as_of)
        if state.snapshot is not None:
            notices += unmatched(entries, state.snapshot.facts)
        states = monitored(beside.given.states, pages_seen(state.account, state.as_of), entries)
        context = replace(beside, given=replace(beside.given, states=states))
        return replace(state, context=context, notices=tuple(notices))


def monitored(states: pd.DataFrame, pages: Mapping[str, PageSeen], entries: Sequence[Registered]) -> pd.DataFrame:
    """States with what was seen of every ad's landing page, and a row of level account an entry of the registry."""
    seen = [
        pages.get(page_of(url)) if level == "ad" and url else None
        for level, url in zip(states["level"], states["final_url"], strict=True)
    ]
    zone = ZoneInfo(settings().timezone)
    told = states.assign(
        link_failures=pd.array([None if one is None else one.failures for one in seen], dtype="Float64"),
        page_code=pd.array([None if one is None else one.last.code for one in seen], dtype="Int64"),
        page_reason=["" if one is None else one.last.reason for one in seen],
        page_seen=["" if one is None else one.last.at.astimezone(zone).isoformat("T", "minutes") for one in seen],
    )
    rows = [{"level": "account", "platform": one.platform, "id": one.account_id, **one.told()} for one in entries]
    return pd.concat([told.astype(object), pd.DataFrame(rows, dtype=object)], ignore_index=True) if rows else told


def unmatched(entries: Sequence[Registered], facts: pd.DataFrame) -> list[Message]:
    """A notice an entry of whose account no row was ever imported: nothing can be said of it."""
    pairs = facts[["platform", "account_id"]].astype("str").drop_duplicates()
    accounts = set(pairs.itertuples(index=False, name=None))
    platforms = set(pairs["platform"])
    return [
        Message("api.night.registry_unmatched", {"platform": one.platform, "account": one.account_id or "—"})
        for one in entries
        if (one.platform not in platforms if not one.account_id else (one.platform, one.account_id) not in accounts)
    ]
