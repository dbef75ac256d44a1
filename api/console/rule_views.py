"""Decides what the pages about rules show: whether each earns its keep, as a person can read it at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from api.services.effects import rule_scores
from api.services.rule_packs import rules_on
from engine.messages import Language, Message, render
from engine.store.account import AccountStore

WARNED_OF = ("harms", "does_not")  # verdicts that ask for something to be done


def scores_view(account: AccountStore, on: date, now: date, language: Language) -> dict[str, Any]:
    """The scores as of a day: rules that act, those that need a decision first, then rules that only alert."""
    told = rule_scores(account, on).as_dict(language)
    titles = _titles(account, on, language)
    rows = [_row(one, titles, language) for one in told["rules"]]
    verdicts = [one["verdict"] for one in rows]
    scored = date.fromisoformat(told["scored_on"])
    return {
        "account": account.name,
        "on": on,
        "scored": scored,
        "next": date.fromisoformat(told["next_on"]),
        "currency": told["currency"],
        "rows": [one for one in rows if one["verdict"] != "alerts"],
        "alerts": [one for one in rows if one["verdict"] == "alerts"],
        "counts": {name: verdicts.count(name) for name in (*WARNED_OF, "earns", "too_early")},
        "silent": len(titles.keys() - {one["rule"] for one in rows}),
        "before": scored - timedelta(days=1),
        "after": None if on >= now else min(date.fromisoformat(told["next_on"]), now),
    }


def _titles(account: AccountStore, on: date, language: Language) -> dict[str, str]:
    """What every rule is called that is on."""
    found = rules_on(account, on)
    return {one.id: one.loaded[0].title.told(language) for one in found if one.loaded is not None and one.is_on}


def _row(one: Mapping[str, Any], titles: Mapping[str, str], language: Language) -> dict[str, Any]:
    effect = one["effect"]
    measured = effect is not None and effect["value"] is not None
    outcome = "" if effect is None else render(Message(f"rules.effect.outcome.{effect['outcome']}"), language)
    return dict(one) | {
        "title": titles.get(one["rule"], one["rule"]),
        "outcome": outcome,
        "measured": measured,
        "is_off": one["rule"] not in titles,
        # The verdict's sentence gives the interval already where it rests on it, but not what it was compared with.
        "why": [one["sentences"][0], *([effect["sentence"]] if effect is not None else [])],
    }
