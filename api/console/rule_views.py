"""Decides what the pages about rules show: whether each earns its keep, which there are, and what one would say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from api.console.evidence import condition_view
from api.dates import today
from api.services.effects import rule_scores
from api.services.rule_documents import rule_document, trial_document, whole_document
from api.services.rule_packs import Checked, rule_on, rules_on
from engine.errors import AdcueError
from engine.messages import Language, Message, render
from engine.store.account import AccountStore

if TYPE_CHECKING:
    from rules.previewing import Preview

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


def list_view(account: AccountStore, language: Language) -> dict[str, Any]:
    """Every rule as it stands today: the account's own first, then the shipped ones, by id."""
    rows = [rule_document(one, language) for one in rules_on(account, today())]
    own = [one for one in rows if one["origin"] == "own"]
    return {"account": account.name, "own": own, "shipped": [one for one in rows if one["origin"] != "own"]}


def written_view(account: AccountStore, name: str, language: Language) -> dict[str, Any]:
    """One rule with its text and versions. NotFoundError where there is no such rule."""
    found = rule_on(account, name, today())
    return whole_document(found, account.rules.versions(found.id), language)


def trial_view(
    account: AccountStore, checked: Checked, seen: Preview | None, language: Language, *, kept: bool
) -> dict[str, Any]:
    """What keeping a rule comes to, and what it would say of today."""
    told = trial_document(checked, seen, account.name, language, kept=kept)
    preview = told["preview"]
    if preview is None:
        return told
    counts = {name: sum(one[name] for one in preview["judged"]) for name in ("judged", "flagged", "no_data")}
    near = [_near(one, language, preview["currency"]) for one in preview["near"]]
    return told | {"preview": preview | {"counts": counts, "near": near}}


def _near(one: Mapping[str, Any], language: Language, currency: str | None) -> dict[str, Any]:
    """Whom a rule only just leaves out, with the one comparison that does not hold."""
    failed = next(part for part in one["conditions"] if not part["met"])
    return dict(one) | {"failed": condition_view(failed, language, currency)}


def faults_of(error: AdcueError, language: Language) -> dict[str, Any]:
    """A refusal as people read it: what it is about, and every fault on a line of its own."""
    details = [render(one, language) for one in getattr(error, "details", ())]
    return {"heading": render(error.message, language), "details": details}
