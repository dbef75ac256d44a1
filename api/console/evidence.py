"""Decides how the evidence of a flag is laid out for people: what was compared, how sure it is, against whom, why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from api.money_words import money, number, percent
from api.services.lives import life_document
from api.services.morning import currency_in
from api.services.night_history import latest_night
from api.services.rule_packs import version_of
from api.speech import told
from engine.errors import NotFoundError
from engine.messages import Language
from engine.store.account import AccountStore

MOST_MEMBERS = 8
_LARGE = 6  # from ten to this power on a number is written as a power


def evidence_view(account: AccountStore, name: str, language: Language) -> dict[str, Any]:
    """One flag with its evidence in words. NotFoundError where neither the account nor its latest night has it."""
    stored = latest_night(account)
    night = told(stored, language) if stored is not None else None
    lines = night["recommendations"] if night is not None else []
    try:
        document = life_document(account.recommendations.read(name), language)
    except NotFoundError:
        found = [one for one in lines if name in (one["id"], one["short_id"])]
        if not found:
            raise
        document = found[0] | {"state": None, "steps": []}
    currency, seen = currency_in(night), document["evidence"]
    return document | {
        "currency": currency,
        "title": _rule_text(account, document["rule"], language),
        "conditions": [condition_view(one, language, currency) for one in seen["conditions"]],
        "sums": [(_label(metric, language), _value(metric, value, currency)) for metric, value in seen["sums"].items()],
        "sure": _sure(seen),
        "peers": _peers(seen),
        "target": _target(seen, currency),
        "running": _running(seen, language, currency),
        "losers": _losers(document, lines),
    }


def _rule_text(account: AccountStore, rule: Mapping[str, str], language: Language) -> Mapping[str, str] | None:
    """Title and explanation of the very version that flagged it, shipped or own; None where it is not at hand."""
    found = version_of(account, rule["name"], rule["hash"])
    if found is None:
        return None
    return {"title": found[0].title.told(language), "explanation": found[0].explanation.told(language)}


def condition_view(one: Mapping[str, Any], language: Language, currency: str | None) -> dict[str, Any]:
    """One comparison of a rule as people read it: what was compared, with what, and whether it holds."""
    parts = [one[side] for side in ("numerator", "denominator") if one[side] is not None]
    limit = one["threshold"]
    ends = limit if isinstance(limit, Sequence) else [limit]
    return {
        "label": _label(one["metric"], language),
        "value": _value(one["metric"], one["value"], currency),
        "parts": [(_label(p["metric"], language), _value(p["metric"], p["value"], currency)) for p in parts],
        "op": {"==": "=", "!=": "≠", ">=": "≥", "<=": "≤", "between": ""}.get(one["op"], one["op"]),
        "limit": " – ".join(_value(one["metric"], end, currency) for end in ends),
        "met": one["met"],
    }


def _label(metric: str, language: Language) -> str:
    from rules.vocabulary import signals

    known = signals().get(metric)
    return known.label[language] if known is not None else metric


def _value(metric: str, value: float | None, currency: str | None) -> str:
    """A number in the form of its unit."""
    from rules.vocabulary import SHARES_OF_ONE, signals

    if value is None:
        return "–"
    known = signals().get(metric)
    unit = known.unit if known is not None else "ratio"
    if unit == "money":
        return money(value, currency)
    if unit == "probability" or metric in SHARES_OF_ONE or (known is not None and known.like in SHARES_OF_ONE):
        return percent(value, 2)
    return number(value, 0 if float(value).is_integer() else 2)


def _sure(seen: Mapping[str, Any]) -> dict[str, Any] | None:
    """How sure the method is, as it was counted; None where the rule reads facts and weighs nothing."""
    if "probability" not in seen:
        return None
    log_e = seen["log_e"]
    return {
        "probability": _share(seen["probability"]),
        "false_rate": _share(seen["false_rate"]),
        "e_value": "∞" if log_e is None else _power(log_e),
        "least_e": number(seen["least_e"]),
        "rank": seen["fdr_rank"],
        "fdr": percent(seen["fdr"], 0),
        "certain": seen["certain"],
        "counted": seen["counted"],
    }


def _share(value: float | None) -> str:
    """A probability with what cannot be told apart from all or nothing said so."""
    if value is None:
        return "–"
    if value > 0.999:
        return "> 99.9%"
    return "< 0.1%" if value < 0.001 else percent(value, 1)


def _power(log_e: float) -> str:
    """``e`` to the power ``log_e``: ``1,234``, or ``10^9`` where it is large."""
    tens = log_e / math.log(10)
    return f"10^{math.floor(tens)}" if tens >= _LARGE else number(math.exp(log_e), 0 if tens >= 1 else 2)


def _peers(seen: Mapping[str, Any]) -> dict[str, Any] | None:
    peers = seen.get("peers")
    if not peers or not peers["count"]:
        return None
    names = [key.rpartition("=")[2].rpartition("#")[2] for key in peers["members"][:MOST_MEMBERS]]
    shown = {"set": peers["set"], "count": int(peers["count"]), "ctr": percent(peers["ctr"], 2)}
    return shown | {"names": names, "hash": peers["members_hash"][:12]}


def _target(seen: Mapping[str, Any], currency: str | None) -> dict[str, Any] | None:
    target = seen.get("target")
    if not target or target["cpa"] is None:
        return None
    told_of = {"cpa": money(target["cpa"], currency), "reported": percent(min(1.0, target["reported_share"]), 0)}
    return told_of | {"given": target["given"], "behind": target["learned_from_conversions"]}


def _running(seen: Mapping[str, Any], language: Language, currency: str | None) -> dict[str, Any] | None:
    """What still runs of it and what does not; None where all of it does, or its action moves nothing."""
    running = seen.get("running")
    if not running:
        return None
    verdict = "flagged" if running["flagged"] else "unproven" if running["met"] else "sound"
    return {
        "verdict": verdict,
        "probability": None if running["probability"] is None else _share(running["probability"]),
        "conditions": [condition_view(one, language, currency) for one in running["conditions"]],
        "spend": money(running["spend"], currency),
        "stopped_spend": money(running["stopped_spend"], currency),
        "stopped": [(one["name"], money(one["spend"], currency)) for one in running["stopped"]],
        "more": running["stopped_count"] - len(running["stopped"]),
    }


def _losers(document: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What else the night said of the same thing and dropped in its favour."""
    return [one for one in lines if one["entity"] == document["entity"] and one["decision"] == "dropped"
            and one["id"] != document["id"]]  # fmt: skip
