"""Random proposals over a small hierarchy, so that many of them meet."""

from __future__ import annotations

import random
from typing import Any

from rules.candidates import Candidate

CLASSES = {
    "stop": "pause",
    "cut": "cut_bid",
    "start": "resume",
    "raise": "raise_bid",
    "shift_in": "shift_in",
    "shift_out": "shift_out",
    "refresh": "refresh",
    "alert": "alert",
}
WEIGHTS = (3, 2, 1, 2, 1, 1, 1, 3)


def _chains(rng: random.Random, campaign: str, level: str, kind: str, shield: float) -> dict[str, Any]:
    """Accounts of three campaigns, some unknown; creatives that several ads share, some nameless."""
    number = int(campaign[2:])
    account = f"帳戶{number // 3}" if number % 5 else ""
    creative = rng.choice(["", "果汁", "茶"]) if kind == "refresh" else ""
    eased = level == "ad_group" and kind == "cut" and rng.random() < 0.7
    explained = level != "ad" and kind != "alert" and rng.random() < shield
    beside = {"pool": account, "creative": creative, "free": rng.random() < 0.2}
    return {"eased": eased, "paused_explains": explained, **beside}


def random_candidates(rng: random.Random, wanted: int, campaigns: int, shield: float = 0.1) -> list[Candidate]:
    """At most ``wanted`` candidates, no rule twice on one entity, in random order."""
    seen: set[tuple[str, str]] = set()
    out = []
    for _ in range(wanted):
        campaign = f"活動{rng.randrange(campaigns)}"
        group = f"{campaign}|g{rng.randrange(2)}"
        ad = f"{group}|a{rng.randrange(3)}"
        level = rng.choice(["campaign", "ad_group", "ad", "ad", "ad"])
        keys = {"campaign": (campaign, "", ""), "ad_group": (group, "", campaign), "ad": (ad, group, campaign)}
        kind = rng.choices(list(CLASSES), WEIGHTS)[0]
        rule = f"{kind}_{rng.randrange(3)}"
        entity, above, top = keys[level]
        if (entity, rule) in seen:
            continue
        seen.add((entity, rule))
        flags = [rng.random() < shield for _ in range(5)]
        one = Candidate(entity, above, top, level, rule, CLASSES[kind], kind, rng.randrange(1, 4), *flags)
        out.append(one._replace(**_chains(rng, campaign, level, kind, shield)))
    return out
