"""Decides, by durable rules, what follows from decisions across campaigns: freed money moves, a creative renews once.

What frees money becomes one fact a campaign. A shift_in joins the fact of its own campaign, else the first of its
account, else stands on what the plan has left. Of the refreshes of one creative the one that ranks first stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from engine.inference import Firing, Pattern, Rule, Ruleset
from rules.candidates import FREES, Candidate, Decision, refresh_rank

Step = Firing[Decision]
FIELDS: dict[str, type] = {
    "kind": str,  # freed, shift_in or refresh
    "top": int,  # number of the campaign
    "pool": int,  # number of the account whose money it is, -1 where nobody knows
    "creative": int,  # number of the creative, -1 where nobody knows
    "lead": int,  # 1: the first freed money of its account, the refresh that speaks for its creative
    "free": int,
    "batch": int,
}
Fact = dict[str, int | str]


def _freed(firing: Step) -> None:
    firing.decide("wish", Decision("kept", "budget_freed", freed_by=firing.number("freed")))


def _renewed(firing: Step) -> None:
    firing.decide("loser", Decision("dropped", "same_creative", firing.number("winner")))


def _settle(decision: Decision) -> Callable[[Step], None]:
    return lambda firing: firing.decide("one", decision)


@cache
def _ruleset() -> Ruleset[Decision]:
    wish, freed = {"kind": "shift_in"}, {"kind": "freed"}
    one = Pattern("winner", {"kind": "refresh", "lead": 1})
    other = Pattern("loser", {"kind": "refresh", "lead": 0}, joins={"creative": ("winner", "creative")})
    here = (Pattern("freed", freed), Pattern("wish", wish, joins={"top": ("freed", "top")}))
    near = (
        Pattern("freed", {**freed, "lead": 1}),
        Pattern("wish", wish, {"pool": -1}, {"pool": ("freed", "pool")}),
    )
    kept = Decision("kept", "kept")
    rules = [
        Rule("freed_in_campaign", 50, here, _freed),
        Rule("freed_in_account", 51, near, _freed),
        Rule("free_in_plan", 52, (Pattern("one", {**wish, "free": 1}),), _settle(Decision("kept", "budget_free"))),
        Rule("no_budget", 53, (Pattern("one", wish),), _settle(Decision("dropped", "no_budget"))),
        Rule("same_creative", 60, (one, other), _renewed),
        Rule("keep_refresh", 100, (Pattern("one", {"kind": "refresh"}),), _settle(kept), last=True),
        Rule("spent", 100, (Pattern("one", freed),), _settle(kept), last=True),
    ]
    return Ruleset("chains", FIELDS, rules)


def chained(candidates: Sequence[Candidate], order: Sequence[int], decided: Sequence[Decision]) -> list[Decision]:
    """``decided`` with what follows from it for shifts and refreshes; ``order`` is that of ``rules.candidates``."""
    out = list(decided)
    for rows in (_shifts(candidates, order, decided), _refreshes(candidates, order, decided)):
        told = sorted(rows, key=lambda row: (row[1]["batch"], row[0]))
        place = [order[at] for at, _ in told]
        for at, (_, fact), said in zip(
            place, told, _ruleset().decide([fact for _, fact in told], cut_at="batch"), strict=True
        ):
            if fact["kind"] != "freed":
                by = [None if one is None else place[one] for one in (said.beaten_by, said.freed_by)]
                out[at] = Decision(said.verdict, said.because, *by)
    return out


def _kept(
    candidates: Sequence[Candidate], order: Sequence[int], decided: Sequence[Decision]
) -> Iterator[tuple[int, Candidate]]:
    """Place in ``order`` and candidate of all that stands as it was proposed."""
    for place, at in enumerate(order):
        if decided[at].verdict == "kept":
            yield place, candidates[at]


def _fact(kind: str, batch: int, **numbers: int) -> Fact:
    return {"kind": kind, "top": -1, "pool": -1, "creative": -1, "lead": 0, "free": 0, "batch": batch, **numbers}


def _shifts(
    candidates: Sequence[Candidate], order: Sequence[int], decided: Sequence[Decision]
) -> list[tuple[int, Fact]]:
    standing = list(_kept(candidates, order, decided))
    wishes = [(place, c) for place, c in standing if c.action_class == "shift_in"]
    if not wishes:
        return []
    tops = {key: at for at, key in enumerate(sorted({c.top for _, c in standing}))}
    pools = {key: at for at, key in enumerate(sorted({c.pool for _, c in standing if c.pool}))} | {"": -1}
    wanted = {c.top for _, c in wishes}
    asked = {c.pool for _, c in wishes if c.pool}
    rows, seen = [], (set[str](), set[str]())
    for place, c in standing:
        if c.action_class not in FREES or c.top in seen[0]:
            continue
        first = c.pool not in seen[1]
        seen[0].add(c.top)
        seen[1].add(c.pool)
        if c.top in wanted or (first and c.pool in asked):
            where = {"top": tops[c.top], "pool": pools[c.pool], "lead": int(first)}
            rows.append((place, _fact("freed", 0, **where)))
    for place, c in wishes:
        where = {"top": tops[c.top], "pool": pools[c.pool], "free": int(c.free)}
        rows.append((place, _fact("shift_in", 0, **where)))
    return rows


def _refreshes(
    candidates: Sequence[Candidate], order: Sequence[int], decided: Sequence[Decision]
) -> list[tuple[int, Fact]]:
    named = [(place, c) for place, c in _kept(candidates, order, decided) if c.action_class == "refresh" and c.creative]
    best: dict[str, int] = {}
    for place, c in named:
        if c.creative not in best or refresh_rank(c) < refresh_rank(candidates[order[best[c.creative]]]):
            best[c.creative] = place
    numbers = {name: at for at, name in enumerate(sorted(best))}
    return [
        (
            place,
            _fact("refresh", numbers[c.creative], creative=numbers[c.creative], lead=int(best[c.creative] == place)),
        )
        for place, c in named
    ]
