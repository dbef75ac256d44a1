"""Decides what is known of whether an account's rules work: what became of their advice, and what came of it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import nan
from typing import TYPE_CHECKING

from api.dates import within_calendar
from api.services.night_context import NightContext, context_of
from api.services.recommendations import document_of
from engine.store.account import AccountStore
from engine.store.lives import Life
from engine.store.steps import OPEN, STEPS

if TYPE_CHECKING:
    from rules.effect.cases import Case
    from rules.effect.found import Effect
    from rules.effect.money import Saved
    from rules.effect.report import EffectReport
    from rules.effect.score import Record
    from rules.effect.units import Ground
    from rules.pack import RulePack
    from rules.signals import SignalSource

APPROVED = ("approved", "auto_approved")
MOST_TOLD = 64
_LOCK = threading.Lock()
_TOLD: dict[tuple[str, date, str], EffectReport] = {}


def rule_scores(account: AccountStore, as_of: date) -> EffectReport:
    """What every rule of the year before the quarter and of the quarter so far brought, as of a day.

    Counts are of that day, effects of the first day of its quarter: steps taken and facts known by then, and nothing
    later, so that the answer stays the same for the quarter whoever looks how often. Raises InputError for a day
    outside the calendar.

    Reading the quarters behind an effect takes seconds on a large account, so what was told last is kept for as long as
    nothing is written in the account: every change of it moves the end of its audit chain.
    """
    wanted = (account.name, within_calendar(as_of), account.audit.head().hash)
    with _LOCK:
        found = _TOLD.get(wanted)
    if found is None:
        found = _worked_out(account, as_of)
        with _LOCK:
            _TOLD[wanted] = found
            for old in list(_TOLD)[:-MOST_TOLD]:
                del _TOLD[old]
    return found


def _worked_out(account: AccountStore, as_of: date) -> EffectReport:
    from rules.effect.cases import HORIZON_DAYS, next_scored, scored_on
    from rules.effect.report import EffectReport
    from rules.effect.score import score_rule

    scored = scored_on(as_of)
    since = scored - timedelta(days=HORIZON_DAYS)  # not of the day asked: what is counted must not change in a quarter
    lives = sorted(
        (
            life
            for life in account.recommendations.standing(OPEN, *STEPS)
            if not life.undoes and since <= life.first_end < as_of
        ),
        key=lambda life: (life.first_end, life.id),
    )
    by_rule: dict[str, list[Life]] = {}
    for life in lives:
        by_rule.setdefault(life.rule, []).append(life)
    cases = {life.id: case for life in lives if (case := _case(life, scored)) is not None}
    seen = _Seen.of(account, cases, scored)
    scores = [score_rule(_record(rule, told, as_of, seen)) for rule, told in sorted(by_rule.items())]
    return EffectReport(account.name, as_of, seen.currency, scores, scored, next_scored(as_of))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What effects are read from on a scoring day: every approved case, the facts, and what the rules were told."""

    scored: date
    cases: Mapping[str, Case]  # by the life's id
    beside: NightContext
    ground: Ground | None = None
    source: SignalSource | None = None
    currency: str | None = None

    @staticmethod
    def of(account: AccountStore, cases: Mapping[str, Case], scored: date) -> _Seen:
        """Facts are read only where a case has had its days."""
        from rules.effect.cases import counted
        from rules.effect.eventtime import MOST_BEFORE
        from rules.effect.units import Ground
        from rules.entities import EPOCH
        from rules.signals import SignalSource

        beside, old = context_of(account, scored, replay=True), counted(cases.values(), scored, scored)
        if not old:
            return _Seen(scored, {}, beside)
        start = old[0].approved_on - timedelta(days=MOST_BEFORE)
        snapshot = account.snapshot(known_on=scored, start=start, end=scored - timedelta(days=1))
        if snapshot.facts.empty:
            return _Seen(scored, cases, beside)
        day = (scored - EPOCH).days
        source = SignalSource(snapshot.facts, day, beside.targets, beside.given)
        return _Seen(scored, cases, beside, Ground(snapshot.facts, day - 1), source, snapshot.currency)

    def pack(self, rule: str) -> RulePack | None:
        """The rule as it was on the scoring day; None where it was not there."""
        return next((pack for pack, _ in self.beside.packs if pack.id == rule), None)


def _record(rule: str, lives: Sequence[Life], as_of: date, seen: _Seen) -> Record:
    """Counts of one rule as of a day, with what was measured of it."""
    from rules.actions import SPENDS_MORE
    from rules.effect.score import Record
    from rules.pack import LEAST_HOLDOUT

    acts = [life for life in lives if life.action != "alert"]
    told = acts or lives
    cases = [case for life in acts if (case := _case(life, as_of)) is not None]
    effects, saved = _measured(acts, seen)
    pack = seen.pack(rule)
    return Record(
        rule=rule,
        proposals=len(told),
        approved=len(cases),
        rejected=sum("rejected" in _steps(life, as_of) for life in acts),
        withheld=sum(case.withheld for case in cases),
        share=LEAST_HOLDOUT if pack is None else pack.holdout,
        false_chances=[_chance(life) for life in acts],
        rechecked=_rechecked(rule, acts, seen),
        effects=effects,
        saved=saved or _touched(acts, as_of),
        spends_more=bool(acts) and acts[-1].action in SPENDS_MORE,
        alerts=not acts,
    )


def _measured(lives: Sequence[Life], seen: _Seen) -> tuple[Sequence[Effect], Saved | None]:
    """Effects and money of one rule from the facts of the scoring day."""
    from rules.actions import SPENDS_MORE
    from rules.effect.cases import counted, last_complete
    from rules.effect.measuring import effects_of, money_of
    from rules.effect.units import outcome_of
    from rules.entities import EPOCH
    from rules.windows import parts_of

    settled = [life for life in lives if life.id in seen.cases]
    if not settled or seen.ground is None:
        return (), None
    own, last_life = [seen.cases[life.id] for life in settled], settled[-1]
    outcome = outcome_of([one["metric"] for one in document_of(last_life)["evidence"]["conditions"]])
    last = EPOCH + timedelta(days=seen.ground.last_fact)
    platforms = {case.platform for case in own}
    complete = last_complete(seen.scored, last, parts_of(outcome.name), platforms, seen.beside.given.lag)
    chosen = counted(own, seen.scored, complete)
    spends_more = last_life.action in SPENDS_MORE
    saved = None if spends_more or seen.currency is None else money_of(seen.ground, chosen)
    return effects_of(seen.ground, chosen, list(seen.cases.values()), outcome), saved


def _case(life: Life, on: date) -> Case | None:
    """An approved recommendation as of a day; None where it was not approved by then, or not kept to."""
    from rules.effect.cases import Case

    steps = _steps(life, on)
    approved = next((steps[name] for name in APPROVED if name in steps), None)
    if approved is None or "rejected" in steps or life.action == "alert":
        return None
    return Case(
        id=life.id,
        entity=life.entity,
        level=document_of(life)["level"],
        action=life.action,
        platform=life.platform,
        window_start=date.fromisoformat(document_of(life)["window"]["start"]),
        approved_on=approved,
        withheld="withheld" in steps,
        applied_on=steps.get("applied"),
        undone_on=steps.get("undone"),
    )


def _rechecked(rule: str, lives: Sequence[Life], seen: _Seen) -> list[float]:
    """The chance, by what the withheld did since, that each of them was sound."""
    from rules.effect.found import LEAST_ARM
    from rules.effect.rechecking import rechecked

    cases = [seen.cases[life.id] for life in lives if life.id in seen.cases]
    pack = seen.pack(rule)
    if pack is None or seen.source is None or sum(case.withheld for case in cases) < LEAST_ARM:
        return []
    held = {case.entity: case.approved_on for case in cases if case.withheld}
    later = {
        life.entity: _chance(life)
        for life in lives
        if life.entity in held and held[life.entity] <= life.first_end < seen.scored
    }
    return rechecked(seen.source, pack, cases, later)


def _touched(lives: Sequence[Life], as_of: date) -> Saved | None:
    """Spend in the windows of what was carried out, as long as nothing tells how much was saved."""
    from rules.effect.money import Saved

    stakes = [life.stake for life in lives if "applied" in _steps(life, as_of)]
    return Saved(nan, nan, nan, sum(stakes)) if stakes else None


def _steps(life: Life, on: date) -> dict[str, date]:
    """Day of every step taken until a day."""
    return {step.step: step.on for step in life.steps if step.on <= on}


def _chance(life: Life) -> float:
    """The chance, when it was said, that the entity was sound; NaN where the rule's method tells none."""
    sure = document_of(life)["evidence"].get("probability")
    return nan if sure is None else min(max(1.0 - float(sure), 0.0), 1.0)
