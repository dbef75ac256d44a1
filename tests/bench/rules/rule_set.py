"""The rules of the bench: all that are shipped, and those that teams write beside them.

Own rules are what practitioners keep: a level, a window, a few thresholds, mostly for one platform, objective or group
of names, and no evidence asked. ``rule_set(50)`` is the shipped ones and own rules up to fifty; up to 200 the same are
written again for one platform and objective with stricter thresholds, as agencies do a client at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.loading import LoadedPack, read_pack, shipped_packs
from tests.bench.rules.data import PLATFORMS

LEAST = 50
TEXT = {"zh-TW": "團隊自訂規則", "en": "A rule of the team"}
EXAMPLES = {
    "flag": [{"name": "a", "ads": [{"ad": "A", "days": [-9, -1], "impressions": 9, "clicks": 1, "flag": True}]}],
    "pass": [{"name": "b", "ads": [{"ad": "B", "days": [-9, -1], "impressions": 9, "clicks": 1}]}],
}
CLASSES = {"pause": "stop", "cut_bid": "cut", "cut_budget": "cut", "raise_bid": "raise", "refresh": "refresh"}
Test = tuple[str, str, Any]


def _condition(test: Test) -> dict[str, Any]:
    metric, op, right = test
    if isinstance(right, tuple) and op != "between":
        side, times = right
        return {"metric": metric, "op": op, "than": {"of": side, "times": times}}
    return {"metric": metric, "op": op, "value": list(right) if isinstance(right, tuple) else right}


def own(
    name: str, level: str, days: int, lag: int, tests: list[Test], action: str, priority: int = 40, **more: Any
) -> LoadedPack:
    """One own rule in the form the product stores."""
    data = {
        "id": name, "version": 1, "title": TEXT, "explanation": TEXT, "level": level,
        "scope": {"status": "active"} | more.pop("scope", {}), "window": {"days": days, "end_lag_days": lag},
        "when": {"all": [_condition(test) for test in tests]}, "guards": more.pop("guards", {}),
        "evidence": more.pop("evidence", {}), "action": {"type": action, "class": CLASSES.get(action, action)},
        "priority": priority, "examples": EXAMPLES,
    }  # fmt: skip
    return read_pack(data | more, f"{name}.yaml")


META, GOOGLE, LINE, TIKTOK = ({"platform": [name]} for name in ("meta", "google_ads", "line", "tiktok"))
LEARNING = {"skip_if": ["learning"]}
ZERO = {"method": "poisson_zero", "max_false_rate": 0.05, "fdr": 0.1}
PEERS = {"method": "ctr_below_peers", "ratio": 0.9, "fdr": 0.1}


def own_rules() -> Iterator[LoadedPack]:
    """The twenty of the team."""
    yield own("ctr_floor_meta", "ad", 7, 1, [("ctr", "<", 0.006), ("impressions", ">=", 2000)], "pause", scope=META)
    yield own("ctr_floor_tiktok", "ad", 7, 1, [("ctr", "<", 0.005), ("impressions", ">=", 2000)], "pause", scope=TIKTOK)
    yield own("cpc_ceiling", "ad", 14, 1, [("cpc", ">", 14), ("clicks", ">=", 30)], "cut_bid", guards=LEARNING)
    yield own("cpa_double", "ad", 14, 3, [("cpa", ">", 600), ("conversions", ">=", 2)], "cut_budget", guards=LEARNING)
    yield own("spend_no_sale", "ad", 14, 3, [("spend", ">=", 900), ("conversions", "==", 0)], "pause", 15)
    yield own("ctr_down", "ad", 7, 1, [("ctr", "<=", ("previous", 0.7)), ("clicks", ">=", 20)], "refresh")
    yield own("dear_reach", "ad", 7, 1, [("cpm", ">=", ("previous", 1.4)), ("impressions", ">=", 3000)], "alert")
    yield own("below_group", "ad", 14, 1, [("ctr", "<", ("peers", 0.6)), ("impressions", ">=", 3000)], "pause", 30)
    yield own("ctr_vs_peers_09", "ad", 28, 1, [("ctr_vs_peers", "<", 0.9)], "refresh", evidence=PEERS)
    yield own("no_conv_sales", "ad", 28, 3, [("conversions", "==", 0), ("expected_conversions", ">=", 2)], "pause", 12,
              scope={"campaign_type": ["SALES"]}, evidence=ZERO)  # fmt: skip
    yield own("seen_often", "ad", 7, 1, [("frequency", ">=", 2.2), ("impressions", ">=", 3000)], "refresh", scope=META)
    yield own("tests_spend", "ad", 3, 1, [("spend", ">=", 400)], "alert", scope={"name_contains": ["測試"]})
    yield own("clicks_idle", "ad", 28, 3, [("cvr", "<", 0.008), ("clicks", ">=", 120)], "alert", scope=GOOGLE)
    yield own("winner", "ad", 14, 3, [("cpa", "<", 110), ("conversions", ">=", 8)], "raise_bid", guards=LEARNING)
    yield own("group_dear", "ad_group", 14, 3, [("cpa", ">", ("parent", 1.6)), ("conversions", ">=", 5)], "cut_budget")
    yield own("group_idle", "ad_group", 7, 3, [("conversions", "==", 0), ("spend", ">=", 1500)], "pause", 25)
    yield own("group_cpc_line", "ad_group", 7, 1, [("cpc", ">=", ("previous", 1.4))], "cut_bid", scope=LINE,
              guards={"min_clicks": 100})  # fmt: skip
    yield own("group_weak", "ad_group", 28, 1, [("ctr", "<", ("rest", 0.6)), ("impressions", ">=", 10_000)], "alert")
    yield own("campaign_dear", "campaign", 14, 3, [("cpa", ">", 420), ("conversions", ">=", 10)], "cut_budget")
    yield own("campaign_fall", "campaign", 7, 1, [("spend", "<=", ("previous", 0.6))], "alert")


def _narrow(number: int) -> LoadedPack:
    """One more own rule: an idea of the above for one platform and objective, a little stricter each time."""
    platform, objective = PLATFORMS[number % 4], ("SALES", "TRAFFIC", "LEADS")[number // 4 % 3]
    scope, strict = {"platform": [platform], "campaign_type": [objective]}, 1 + number // 12 * 0.05
    name, ideas = f"client_{number:03d}", (
        ("ad", 7, 1, [("ctr", "<", 0.0025 / strict), ("impressions", ">=", 3000 * strict)], "pause"),
        ("ad", 14, 1, [("cpc", ">", 26 * strict), ("clicks", ">=", 60)], "cut_bid"),
        ("ad", 14, 3, [("cpa", ">", 1600 * strict), ("conversions", ">=", 2)], "cut_budget"),
        ("ad", 14, 3, [("spend", ">=", 4000 * strict), ("conversions", "==", 0)], "pause"),
        ("ad", 7, 1, [("ctr", "<=", ("previous", 0.4 / strict)), ("clicks", ">=", 40)], "refresh"),
        ("ad_group", 7, 1, [("cpc", ">=", ("previous", 1.9 * strict)), ("clicks", ">=", 100)], "cut_bid"),
        ("ad_group", 14, 3, [("cpa", ">", ("parent", 3.0 * strict)), ("conversions", ">=", 5)], "cut_budget"),
    )  # fmt: skip
    level, days, lag, tests, action = ideas[number % len(ideas)]
    return own(name, level, days, lag, tests, action, 50 + number % 40, scope=scope)


def rule_set(count: int) -> list[LoadedPack]:
    """``count`` rules (50 to 200), the shipped ones first. Ids are distinct."""
    beside = [*shipped_packs(), *own_rules()][:LEAST]
    return [*beside, *(_narrow(number) for number in range(count - len(beside)))]
