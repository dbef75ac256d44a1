"""Decides what the page of today shows: what to decide, to look at, to carry out, what was done, what was dropped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api.dates import today
from api.services.account_rules import policy_on, targets_on
from api.services.bulk_edits import FORMS, WAITING
from api.services.decide_many import Acted, acts_of
from api.services.morning import OPEN, gather, line_of_life, morning_document
from api.services.night_history import latest_night
from api.speech import told
from engine.messages import Language, render
from engine.store.account import AccountStore
from engine.store.lives import Life

MOST_SHOWN = 40
MOST_DONE = 10
MOST_DROPPED = 40


def worklist_view(account: AccountStore, language: Language, acted: Acted | None = None) -> dict[str, Any]:
    """Everything on the page; ``acted`` is what was done a moment ago."""
    stored, parts = latest_night(account), gather(account, MOST_SHOWN)
    night = told(stored, language) if stored is not None else None
    applied = account.recommendations.list(MOST_DONE, state="applied")
    return morning_document(account, today(), language, parts, night) | {
        "rows": {name: [_row(life, language) for life in part.lives] for name, part in parts.items()},
        "files": _files(account),
        "applied": [_row(life, language) for life in applied],
        "dropped": _dropped(night),
        "rules": _rules(account, today()),
        "acted": _told(acted, language) if acted is not None else None,
    }


def today_view(account: AccountStore) -> dict[str, Any]:
    """What the home page says of the morning: how much there is to decide, without reading it."""
    piles = account.recommendations.piles(*OPEN)
    return {
        "decide": sum(pile.count for pile in piles if pile.needs_approval),
        "alerts": sum(pile.count for pile in piles if not pile.needs_approval),
        "stake": sum(pile.stake for pile in piles if pile.needs_approval),
    }


def _row(life: Life, language: Language) -> dict[str, Any]:
    document = life.stored.document[language]
    last = life.steps[-1] if life.steps else None
    return line_of_life(life, language) | {
        "acts": acts_of(life),
        "group": " › ".join(document["names"][level] for level in ("campaign", "ad_group") if _apart(document, level)),
        "change": document.get("change"),
        "by_hand": document.get("by_hand"),
        "step": None if last is None else {"on": last.on, "source": last.source, "by": last.by},
    }


def _apart(document: Mapping[str, Any], level: str) -> bool:
    """Whether the name of a level above says something that the entity's own does not."""
    return bool(document["names"].get(level)) and document["level"] != level


def _files(account: AccountStore) -> list[dict[str, Any]]:
    """Platforms with approved changes, and whether each has a bulk-edit file."""
    counts: dict[str, int] = {}
    for pile in account.recommendations.piles(*WAITING):
        counts[pile.platform] = counts.get(pile.platform, 0) + pile.count
    return [{"platform": name, "count": count, "has_form": name in FORMS} for name, count in counts.items()]


def _dropped(night: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the latest night flagged and dropped, the most money first, each with what beat it."""
    lines = night["recommendations"] if night is not None else []
    dropped = sorted((one for one in lines if one["decision"] == "dropped"), key=lambda one: -one["spend_at_stake"])
    return {"count": len(dropped), "items": dropped[:MOST_DROPPED]}


def _rules(account: AccountStore, on: date) -> dict[str, Any]:
    """What holds in the account: targets, and what is approved without asking."""
    targets, policy = targets_on(account, on), policy_on(account, on)
    kept = policy.document if policy is not None and policy.document["rules"] else None
    return {
        "targets": targets.document if targets is not None else None,
        "policy": None if kept is None else kept | {"over": kept["valid_until"] < on.isoformat()},
    }


def _told(acted: Acted, language: Language) -> dict[str, Any]:
    return {
        "act": acted.act,
        "count": len(acted.done),
        "withheld": len(acted.withheld),
        "refused": [{"id": name, "text": render(why, language)} for name, why in acted.refused],
    }
