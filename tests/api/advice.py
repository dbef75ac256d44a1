"""Recommendations and nights of a made-up account, kept without running a night: for what is only shown and decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from engine.messages import LANGUAGES
from engine.store.account import AccountStore
from engine.store.raised import Raised
from engine.vocabulary import content_hash

MORNING = date(2026, 11, 16)
RULE = {"name": "spend_no_conv", "version": "1", "hash": "8" * 64}
CONDITION = {
    "metric": "expected_conversions", "value": 18.25, "op": ">=", "threshold": 3, "met": True,
    "numerator": {"metric": "spend", "value": 4578.0}, "denominator": {"metric": "target_cpa", "value": 250.86},
}  # fmt: skip
EVIDENCE: Mapping[str, Any] = {
    "conditions": [CONDITION],
    "sums": {"spend": 4578.0, "impressions": 41205, "clicks": 378, "conversions": 0},
    "method": "poisson_zero", "guards_passed": ["min_impressions", "learning"], "judged": 183,
    "probability": 0.9997, "false_rate": 0.0002, "log_e": 19.37, "least_e": 50.0, "certain": True,
    "counted": {"start": "2026-10-17", "end": "2026-11-13", "numbers": {"spend": 4578.0, "conversions": 0}},
    "fdr": 0.1, "fdr_rank": 3,
    "peers": {
        "set": "ad_group", "count": 5, "ctr": 0.0061, "log_error": 0.1, "prior_shape": 4.0,
        "members": ["meta|1|ad#7", "meta|1|ad#8"], "members_hash": "5" * 64,
    },
    "target": {
        "cpa": 250.86, "given": False, "learned_from_conversions": 1557, "reported_share": 0.98, "lag_basis": "assumed",
    },
}  # fmt: skip


def line(name: str, stake: float = 100.0, **more: Any) -> dict[str, Any]:
    """What a night says of an ad called ``name``: pause it."""
    action = more.get("action", "pause")
    change = {"field": "status", "before": "active", "after": "paused", "share": None, "verified": False}
    said = {
        "account": "default", "platform": "meta", "level": "ad", "name": name, "ids": {"ad": f"9{len(name)}"},
        "names": {"account": "島", "campaign": "轉換", "ad_group": "訪客", "ad": name},
        "id": content_hash(["advice", name]), "short_id": f"R-{content_hash(['advice', name])[:6]}",
        "rule": RULE, "entity": f"meta|1|ad#{name}", "action": action, "proposed_action": action, "decision": "kept",
        "because": "kept", "beaten_by": None, "trail": ["規則點名", "保留"], "spend_at_stake": stake,
        "window": {"start": "2026-10-17", "end": "2026-11-13"}, "holdout": False,
        "change": None if action == "alert" else change, "by_hand": None, "since": "2026-11-13",
        "reason": f"「{name}」花了 NT${stake:,.0f}，沒有轉換。", "evidence": EVIDENCE,
    }  # fmt: skip
    return said | more


def keep(account: AccountStore, *lines: Mapping[str, Any], on: date = MORNING) -> None:
    """Keeps lines as a night does."""
    account.recommendations.keep([_raised(one) for one in lines if one["decision"] != "dropped"], on)


def _raised(one: Mapping[str, Any]) -> Raised:
    document = {key: value for key, value in one.items() if key not in ("id", "short_id")}
    return Raised(
        id=one["id"],
        rule=one["rule"]["name"],
        entity=one["entity"],
        action=one["action"],
        platform=one["platform"],
        level=one["level"],
        first_end=MORNING - timedelta(days=3),
        hold_days=28,
        stake=one["spend_at_stake"],
        document=dict.fromkeys(LANGUAGES, document),
        needs_approval=one["action"] != "alert",
    )


def keep_night(account: AccountStore, *lines: Mapping[str, Any], on: date = MORNING, **more: Any) -> None:
    """Keeps a night with these lines, and the lines themselves."""
    keep(account, *lines, on=on)
    told = [{name: value for name, value in one.items() if name != "holdout"} for one in lines]
    document = {
        "as_of": on.isoformat(), "dry_run": False, "files": [], "notices": [], "recommendations": told,
        "judgement": {"currency": "TWD", "findings": [], "no_data": []}, "screenings": [], "reallocation": None,
        "reallocation_id": None,
    } | more  # fmt: skip
    stored = account.put("night", dict.fromkeys(LANGUAGES, document), {"as_of": on.isoformat(), "n": _hash(lines)})
    run = account.nights.begin(on, replay=bool(more.get("replay")))
    account.nights.end(run.id, "done", stored.id)


def _hash(lines: Sequence[Mapping[str, Any]]) -> str:
    return content_hash([one["id"] for one in lines])
