"""The yardstick of decisions: durable-rules used as fast as it can be used honestly, on ready candidates.

No Host, one session, batches of about 500 cut between campaigns, ordinals as ids, ints and words only, equality joins,
and a count of the decided after every batch. The rules are those of the product, with fewer patterns where a comparison
by rank says the same. What does not need the engine (who speaks for its entity) is computed before. Shifts of budget
and creatives shared by ads, which are settled afterwards without the engine, are not among the candidates here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from durable import engine

from rules.candidates import CLASS_RANK, Candidate

BATCH = 500
ALERT = CLASS_RANK["alert"]
STOP = CLASS_RANK["stop"]
CUT = CLASS_RANK["cut"]
Outcome = tuple[str, str, int | None]
KEPT: tuple[tuple[str, str, None], ...] = (
    ("kept", "kept", None), ("downgraded", "learning", None), ("downgraded", "last_active", None),
)  # fmt: skip


class Decider:
    """One rule set, built once; ``outcomes`` fill while a batch runs."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome | None] = []
        self.number: list[int] = []
        self.ruleset = engine.Ruleset("reference", None, self._definitions())

    def _definitions(self) -> dict[str, Any]:
        lead_stop = {"$and": [{"rank": STOP}, {"lead": 1}]}
        own_alert: list[dict[str, Any]] = [{"rank": ALERT}, {"soft": 0}]

        def one(priority: int, run: Any, *tests: Any) -> dict[str, Any]:
            return {"all": [{"l": {"$and": list(tests)} if len(tests) > 1 else tests[0]}], "pri": priority, "run": run}

        def two(priority: int, because: str, winner: Any, *tests: Any) -> dict[str, Any]:
            return {"all": [{"w": winner}, {"l": {"$and": list(tests)}}], "pri": priority, "run": self._beat(because)}

        same, top, group = {"entity": {"w": "entity"}}, {"top": {"w": "entity"}}, {"grp": {"w": "entity"}}
        rules = {
            "tracking": one(1, self._drop("tracking_break"), {"track": 1}),
            "cooldown": one(2, self._drop("cooldown"), {"cool": 1}),
            "capped": one(2, self._drop("capped"), {"cool": 0}, {"capped": 1}),
            "paused": one(2, self._drop("paused_explains"), {"cool": 0}, {"capped": 0}, {"paused": 1}),
            "learning": one(3, self._soften(1), {"$lt": {"rank": ALERT}}, {"learn": 1}),
            "last_active": one(4, self._soften(2), {"rank": STOP}, {"last": 1}),
            "campaign": two(10, "campaign_stopped", lead_stop, {"$gt": {"top": -1}}, top),
            "group": two(11, "group_stopped", lead_stop, {"$gt": {"grp": -1}}, group),
            "same": two(12, "same_action", {"lead": 1}, {"lead": 0}, {"soft": 0}, same, {"rank": {"w": "rank"}}),
            "stop": two(13, "stop_wins", lead_stop, {"$gt": {"rank": STOP}}, same),
            "child": two(14, "child_stopped", {"voice": 1}, {"rank": CUT}, {"eased": 1}, {"entity": {"w": "grp"}}),
            "above": two(19, "covered_above", {"$and": own_alert}, *own_alert, top, {"rule": {"w": "rule"}}),
            "over": two(20, "covered_above", {"$and": own_alert}, *own_alert, group, {"rule": {"w": "rule"}}),
        }
        for less, at in (("cut", 16), ("shift_out", 17)):
            raised = {"$and": [{"rank": CLASS_RANK["raise"]}, {"lead": 1}, {"up": 1}]}
            speaks = {"$and": [{"rank": CLASS_RANK[less]}, {"lead": 1}]}
            rules[f"up_{less}"] = two(15, "opposite_wins", raised, {"rank": CLASS_RANK[less]}, same)
            rules[f"{less}_up"] = two(at, "opposite_wins", speaks, {"rank": CLASS_RANK["raise"]}, same)
        for how in (0, 1, 2):
            rules[f"keep_{how}"] = one(100, self._keep(how), {"soft": how}) | {"cap": BATCH}
        return rules

    def _settle(self, fact: dict[str, Any], outcome: Outcome) -> None:
        at = self.number[fact["id"]]
        if self.outcomes[at] is not None:
            raise RuntimeError(f"candidate {at} was decided twice")
        self.outcomes[at] = outcome

    def _drop(self, because: str) -> Any:
        def run(c: Any) -> None:
            self._settle(c._m["l"], ("dropped", because, None))
            c.retract_fact({"id": c._m["l"]["id"]})

        return run

    def _beat(self, because: str) -> Any:
        def run(c: Any) -> None:
            self._settle(c._m["l"], ("dropped", because, self.number[c._m["w"]["id"]]))
            c.retract_fact({"id": c._m["l"]["id"]})

        return run

    def _soften(self, how: int) -> Any:
        def run(c: Any) -> None:
            fact = c._m["l"]
            c.retract_fact({"id": fact["id"]})
            self.number.append(self.number[fact["id"]])
            c.assert_fact({**fact, "rank": ALERT, "soft": how, "id": len(self.number) - 1})

        return run

    def _keep(self, how: int) -> Any:
        def run(c: Any) -> None:
            for match in c.m:
                self._settle(match._d["l"], KEPT[how])

        return run

    def batch(self, facts: list[dict[str, int]], numbers: Sequence[int]) -> None:
        """Decides one batch; raises where the engine swallowed an error or left a candidate undecided."""
        self.number = list(numbers)
        faults: list[Any] = []
        self.ruleset.do_actions(self.ruleset.assert_facts(facts), lambda error, state: faults.append(error))
        self.ruleset.delete_state("0")
        if any(faults) or any(self.outcomes[at] is None for at in numbers):
            raise RuntimeError(f"a batch was not decided: {faults}")


def decide(candidates: Sequence[Candidate], decider: Decider) -> list[Outcome]:
    """Verdict, reason and what beat it, of every candidate."""
    order = sorted(range(len(candidates)), key=lambda at: _place(candidates[at]))
    lead = _leads(candidates)
    voice, up = _speakers(candidates, lead, order)
    keys = {key for one in candidates for key in (one.entity, one.group, one.campaign) if key}
    number = {key: at for at, key in enumerate(keys)} | {"": -1}
    rule = {name: at for at, name in enumerate({one.rule for one in candidates})}
    decider.outcomes = [None] * len(candidates)
    facts: list[dict[str, int]] = []
    numbers: list[int] = []
    before = ""
    for at in order:
        one = candidates[at]
        if len(facts) >= BATCH and one.top != before:
            decider.batch(facts, numbers)
            facts, numbers = [], []
        before = one.top
        facts.append(
            {
                "id": len(facts), "rank": CLASS_RANK[one.action_class], "entity": number[one.entity],
                "grp": number[one.group], "top": number[one.campaign], "rule": rule[one.rule], "lead": int(at in lead),
                "up": int(at in up), "voice": int(at in voice), "eased": int(one.eased),
                "learn": int(one.learning), "cool": int(one.cooldown), "track": int(one.tracking_break),
                "last": int(one.last_active), "capped": int(one.capped), "paused": int(one.paused_explains), "soft": 0,
            }
        )  # fmt: skip
        numbers.append(at)
    if facts:
        decider.batch(facts, numbers)
    return [outcome for outcome in decider.outcomes if outcome is not None]


def _place(one: Candidate) -> tuple[str, str, str]:
    return one.campaign or one.entity, one.entity, one.rule


def _leads(candidates: Sequence[Candidate]) -> set[int]:
    """Who speaks for its entity and class: the unprotected first, then by priority and rule. Alerts all do."""
    best: dict[tuple[str, str], tuple[Any, ...]] = {}
    alerts = set()
    for at, one in enumerate(candidates):
        if one.action_class == "alert":
            alerts.add(at)
            continue
        shielded = one.tracking_break or one.cooldown or one.capped or one.paused_explains
        softened = one.learning or (one.last_active and one.action_class == "stop")
        rank = (shielded, softened, one.priority, one.rule, at)
        slot = (one.entity, one.action_class)
        if slot not in best or rank < best[slot]:
            best[slot] = rank
    return alerts | {rank[-1] for rank in best.values()}


def _speakers(candidates: Sequence[Candidate], lead: set[int], order: Sequence[int]) -> tuple[set[int], set[int]]:
    """The first stop of every ad group, and the raises that rank before what spends less on their entity."""
    first: dict[str, int] = {}
    less: dict[str, int] = {}
    raises = []
    for at in order:
        one = candidates[at]
        if at not in lead or one.shielded or one.softened:
            continue
        if one.action_class == "stop" and one.group:
            first.setdefault(one.group, at)
        elif one.action_class == "raise":
            raises.append(at)
    for at in lead:
        one = candidates[at]
        waits = one.action_class == "cut" and one.eased and one.entity in first
        if one.action_class in ("cut", "shift_out") and not (waits or one.shielded or one.softened):
            less[one.entity] = min(one.priority, less.get(one.entity, one.priority))
    up = {at for at in raises if candidates[at].priority < less.get(candidates[at].entity, -1)}
    return set(first.values()), up
