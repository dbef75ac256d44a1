"""Decides which candidates stand, by durable rules: the same phases as the reference, each rule a few equalities.

A candidate becomes a fact of ordinals and words. Joins go by entity, ad group and campaign, so a batch is cut
only between campaigns. A protected action is replaced by an alert fact (``soft`` = 1) that goes on through the
conflicts; what is still there at priority 100 is kept. What chains across campaigns is a second, small batch of facts
(``rules.resolve_chains``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from engine.inference import Firing, Pattern, Rule, Ruleset
from rules.candidates import CLASS_RANK, Candidate, Decision, first_of_class, in_order
from rules.resolve_chains import chained

Step = Firing[Decision]
FIELDS: dict[str, type] = {
    "action": str,  # class of the action
    "rank": int,  # CLASS_RANK of the class
    "entity": int,
    "grp": int,  # entity number of the ad group above, -1 without
    "top": int,  # entity number of the campaign above, -1 without
    "rule": int,
    "batch": int,  # number of the campaign, where batches may be cut
    "lead": int,  # 1: speaks for its entity and class
    "up": int,  # 1: a raise that ranks before every cut and shift_out of its entity
    "voice": int,  # 1: the first stop in its ad group
    "eased": int,
    "learn": int,
    "cool": int,
    "track": int,
    "last": int,
    "capped": int,
    "paused": int,  # 1: what stopped since explains it
    "soft": int,  # 0 as proposed, 1 alert because learning, 2 alert because last active ad
}
SOFTENED = {0: "kept", 1: "learning", 2: "last_active"}


def _drop(because: str) -> Callable[[Step], None]:
    return lambda firing: firing.decide("loser", Decision("dropped", because))


def _beat(because: str) -> Callable[[Step], None]:
    return lambda firing: firing.decide("loser", Decision("dropped", because, firing.number("winner")))


def _soften(how: int) -> Callable[[Step], None]:
    return lambda firing: firing.replace("loser", action="alert", rank=CLASS_RANK["alert"], soft=how)


def _keep(how: int) -> Callable[[Step], None]:
    verdict: Decision = Decision("downgraded" if how else "kept", SOFTENED[how])
    return lambda firing: firing.decide("loser", verdict)


def _one(
    name: str, priority: int, act: Callable[[Step], None], above: dict[str, int] | None = None, **equals: int | str
) -> Rule[Decision]:
    return Rule(name, priority, (Pattern("loser", equals, above or {}),), act, apart=True)


def _two(
    name: str, priority: int, because: str, winner: dict[str, int | str], loser: dict[str, int | str],
    joins: dict[str, str], above: dict[str, int] | None = None, apart: bool = False,
) -> Rule[Decision]:  # fmt: skip
    return Rule(
        name,
        priority,
        (
            Pattern("winner", winner),
            Pattern("loser", loser, above or {}, {a: ("winner", b) for a, b in joins.items()}),
        ),
        _beat(because),
        apart=apart,
    )


def _protection() -> list[Rule[Decision]]:
    acting = [name for name in CLASS_RANK if name != "alert"]
    return [
        _one("tracking_break", 1, _drop("tracking_break"), track=1),
        _one("cooldown", 2, _drop("cooldown"), cool=1),
        _one("capped", 2, _drop("capped"), cool=0, capped=1),
        _one("paused_explains", 2, _drop("paused_explains"), cool=0, capped=0, paused=1),
        *(_one(f"learning_{name}", 3, _soften(1), action=name, learn=1) for name in acting),
        _one("last_active", 4, _soften(2), action="stop", last=1),
    ]


def _conflicts() -> list[Rule[Decision]]:
    stop: dict[str, int | str] = {"action": "stop", "lead": 1}
    alert: dict[str, int | str] = {"action": "alert", "soft": 0}
    more: dict[str, int | str] = {"action": "raise", "lead": 1}
    waiting: dict[str, int | str] = {"action": "cut", "eased": 1}
    same = {"entity": "entity"}
    return [
        _two("campaign_stopped", 10, "campaign_stopped", stop, {}, {"top": "entity"}, {"top": -1}),
        _two("group_stopped", 11, "group_stopped", stop, {}, {"grp": "entity"}, {"grp": -1}),
        # Of an entity one leads a class, so what loses to it loses once, and it is none of the losers.
        _two(
            "same_action", 12, "same_action", {"lead": 1}, {"lead": 0, "soft": 0}, same | {"rank": "rank"}, apart=True
        ),
        _two("stop_wins", 13, "stop_wins", stop, {}, same, above={"rank": CLASS_RANK["stop"]}, apart=True),
        _two("child_stopped", 14, "child_stopped", {**stop, "voice": 1}, waiting, {"entity": "grp"}),
        *(
            _two(f"raise_beats_{less}", 15, "opposite_wins", {**more, "up": 1}, {"action": less}, same)
            for less in ("cut", "shift_out")
        ),
        *(
            _two(f"{less}_beats_{wish}", at, why, {"action": less, "lead": 1}, {"action": wish}, same)
            for at, less in ((16, "cut"), (17, "shift_out"))
            for wish, why in (("raise", "opposite_wins"), ("shift_in", "cut_wins"))
        ),
        _two("raise_wins", 18, "same_action", more, {"action": "shift_in"}, same),
        _two("covered_by_campaign", 19, "covered_above", alert, alert, {"top": "entity", "rule": "rule"}),
        _two("covered_by_group", 20, "covered_above", alert, alert, {"grp": "entity", "rule": "rule"}),
    ]


@cache
def _ruleset() -> Ruleset[Decision]:
    kept = [Rule(f"keep_{how}", 100, (Pattern("loser", {"soft": how}),), _keep(how), last=True) for how in SOFTENED]
    return Ruleset("resolve", FIELDS, [*_protection(), *_conflicts(), *kept])


def _leaders(candidates: Sequence[Candidate], lead: Sequence[bool]) -> Iterator[tuple[int, Candidate]]:
    """Who speaks for an entity and class, as far as protection leaves it as it is."""
    for at, c in enumerate(candidates):
        if lead[at] and not c.shielded and not c.softened:
            yield at, c


def _raises_first(candidates: Sequence[Candidate], lead: Sequence[bool], stopping: set[str]) -> set[int]:
    less: dict[str, int] = {}
    for _, c in _leaders(candidates, lead):
        waits = c.eased and c.entity in stopping
        if c.action_class == "shift_out" or (c.action_class == "cut" and not waits):
            less[c.entity] = min(c.priority, less.get(c.entity, c.priority))
    raises = ((at, c) for at, c in _leaders(candidates, lead) if c.action_class == "raise" and c.entity in less)
    return {at for at, c in raises if c.priority < less[c.entity]}


def _voices(candidates: Sequence[Candidate], lead: Sequence[bool], order: Sequence[int]) -> set[int]:
    stops = {at for at, c in _leaders(candidates, lead) if c.action_class == "stop" and c.group}
    first: dict[str, int] = {}
    for at in order:
        if at in stops:
            first.setdefault(candidates[at].group, at)
    return set(first.values())


def _facts(candidates: Sequence[Candidate], order: Sequence[int]) -> list[dict[str, int | str]]:
    lead = first_of_class(candidates)
    voice = _voices(candidates, lead, order)
    up = _raises_first(candidates, lead, {candidates[at].group for at in voice})
    keys = dict.fromkeys(key for c in candidates for key in (c.entity, c.group, c.campaign) if key)
    number = {key: at for at, key in enumerate(keys)} | {"": -1}
    rule = {name: at for at, name in enumerate(dict.fromkeys(c.rule for c in candidates))}
    return [
        {
            "action": c.action_class,
            "rank": CLASS_RANK[c.action_class],
            "entity": number[c.entity],
            "grp": number[c.group],
            "top": number[c.campaign],
            "rule": rule[c.rule],
            "batch": number[c.top],
            "lead": int(lead[at]),
            "up": int(at in up),
            "voice": int(at in voice),
            "eased": int(c.eased),
            "learn": int(c.learning),
            "cool": int(c.cooldown),
            "track": int(c.tracking_break),
            "last": int(c.last_active),
            "capped": int(c.capped),
            "paused": int(c.paused_explains),
            "soft": 0,
        }
        for at, c in ((at, candidates[at]) for at in order)
    ]


def resolve_durable(candidates: Sequence[Candidate]) -> list[Decision]:
    """One decision per candidate, in the order given. Raises InferenceError when the engine loses one."""
    order = in_order(candidates)
    decided = _ruleset().decide(_facts(candidates, order), cut_at="batch")
    out: list[Decision | None] = [None] * len(candidates)
    for place, at in enumerate(order):
        by = decided[place].beaten_by
        out[at] = Decision(decided[place].verdict, decided[place].because, None if by is None else order[by])
    return chained(candidates, order, [decision for decision in out if decision is not None])
