"""Decides whether a rule earns its keep: what it proposed, what people made of it, and what came of it.

A rule earns its keep where a comparison that can be trusted shows its outcome better. It does not where people turn it
down, where too many of its flags are false, or where the interval has no room left for an effect worth having. It does
harm where the interval lies on the wrong side. Everything else is too early to say, and says what is missing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy import stats

from engine.messages import Message, Value
from rules.effect.found import LEAST_ARM, RANK, Effect, percent
from rules.effect.money import Saved
from rules.effect.shares import Share, mean_share

Verdict = Literal["earns", "does_not", "harms", "too_early", "alerts"]
WORTHWHILE = 0.05
LARGEST_FALSE = 0.14  # the share of false flags among proposals that the rules promise not to exceed
LEAST_APPROVED = 0.2
LEAST_DECIDED = 20


@dataclass(frozen=True, slots=True)
class Record:
    """What became of one rule's proposals over the time scored, and what is known of them since.

    ``false_chances`` holds per proposal the chance, when it was made, that the entity was sound; ``rechecked`` the same
    chance per withheld entity from what it did since, which no choice of bad weeks flatters. ``approved`` counts the
    ``withheld``, too. ``effects`` are all that was measured, by any method, the outcome that the rule is meant for
    first. ``spends_more``: it asks for more delivery, which costs more a piece by design. ``alerts``: it proposes
    nothing to do.
    """

    rule: str
    proposals: int
    approved: int
    rejected: int
    withheld: int
    share: float
    false_chances: Sequence[float] = ()
    rechecked: Sequence[float] = ()
    effects: Sequence[Effect] = ()
    saved: Saved | None = None
    spends_more: bool = False
    alerts: bool = False


@dataclass(frozen=True, slots=True)
class RuleScore:
    """One line of the account of rules. ``false_share`` is an estimate; ``effect`` is the most trusted there is."""

    record: Record
    false_share: Share
    effect: Effect | None
    verdict: Verdict
    reason: Message


def score_rule(record: Record, worthwhile: float = WORTHWHILE) -> RuleScore:
    """Counts, false flags, money, effect and verdict of one rule.

    ``worthwhile`` is the least relative change for the better that is worth the work. Raises ValueError for counts
    that contradict each other.
    """
    _check(record)
    false_share = mean_share(record.rechecked if len(record.rechecked) >= LEAST_ARM else record.false_chances)
    effect = _best(record.effects)
    verdict, reason = _judge(record, false_share, effect, worthwhile)
    return RuleScore(record, false_share, effect, verdict, reason)


def _check(record: Record) -> None:
    told = []
    if record.approved + record.rejected > record.proposals:
        told.append("approved + rejected: more than proposals; count each proposal once, by its last decision")
    if record.withheld > record.approved:
        told.append("withheld: more than approved; only approved proposals are withheld")
    if min(record.proposals, record.approved, record.rejected, record.withheld) < 0:
        told.append("counts: below 0; count proposals from 0 upwards")
    if not 0 <= record.share <= 1:
        told.append(f"share: {record.share} is no share; give the rule's holdout, such as 0.1")
    if told:
        raise ValueError("; ".join(told))


def _best(effects: Sequence[Effect]) -> Effect | None:
    """The most trusted effect that has an interval, else the most trusted of those that lack data."""
    return min(effects, key=lambda one: (not one.enough, RANK[one.trust]), default=None)


def _judge(record: Record, false_share: Share, effect: Effect | None, worthwhile: float) -> tuple[Verdict, Message]:
    """The first reason that holds, the weightiest first."""
    if record.alerts:
        return "alerts", Message("rules.effect.verdict.alerts")
    trusted = effect is not None and effect.enough and effect.trust != "low"
    if trusted and effect is not None and effect.shown in (("better",) if record.spends_more else ("better", "worse")):
        verdict: Verdict = "earns" if effect.shown == "better" else "harms"
        return verdict, Message(f"rules.effect.verdict.{verdict}", _limits(effect))
    decided = record.approved + record.rejected
    if decided >= LEAST_DECIDED and _most(record.approved, decided) < LEAST_APPROVED:
        turned_down = {"rejected": record.rejected, "decided": decided}
        return "does_not", Message("rules.effect.verdict.turned_down", dict(turned_down))
    if false_share.low > LARGEST_FALSE:
        shares = {"share": f"{false_share.value:.0%}", "low": f"{false_share.low:.0%}", "most": f"{LARGEST_FALSE:.0%}"}
        return "does_not", Message("rules.effect.verdict.false_flags", dict(shares))
    if trusted and effect is not None and record.spends_more:
        return "too_early", Message("rules.effect.verdict.spends_more", _limits(effect))
    if trusted and effect is not None and _best_end(effect) < worthwhile:
        return "does_not", Message(
            "rules.effect.verdict.not_worthwhile", {**_limits(effect), "least": f"{worthwhile:.0%}"}
        )
    return "too_early", _too_early(record, effect, worthwhile)


def _too_early(record: Record, effect: Effect | None, worthwhile: float) -> Message:
    """What is missing for a verdict."""
    if effect is None:
        return Message("rules.effect.verdict.no_effect")
    if not effect.enough:
        if effect.basis != "holdout" or not record.share:
            return Message("rules.effect.verdict.few")
        held = max(LEAST_ARM - effect.compared, 0)
        acted = max(LEAST_ARM - effect.acted_on, 0)
        approvals = max(held / record.share, acted / (1 - record.share)) if record.share < 1 else held
        return Message("rules.effect.verdict.few_approved", {"more": f"{math.ceil(approvals):,}"})
    if effect.trust == "low":
        return Message("rules.effect.verdict.untrusted", _limits(effect))
    times = (_reach(effect) / math.log1p(worthwhile)) ** 2
    return Message("rules.effect.verdict.wide", {**_limits(effect), "times": f"{max(times, 1.1):,.1f}"})


def _reach(effect: Effect) -> float:
    """Half the width of the interval on the scale of logs; it falls with the root of the number of entities."""
    return (math.log1p(effect.high) - math.log1p(max(effect.low, -0.999))) / 2


def _best_end(effect: Effect) -> float:
    """The largest change for the better that the interval leaves room for."""
    return effect.high if effect.outcome.better == "higher" else -effect.low


def _most(approved: int, decided: int) -> float:
    """The largest share of approvals that the counts allow for (Jeffreys, one-sided 97.5 %)."""
    return float(stats.beta.ppf(0.975, approved + 0.5, decided - approved + 0.5))


def _limits(effect: Effect) -> dict[str, Value]:
    named = {name: percent(getattr(effect, name)) for name in ("value", "low", "high")}
    return {**named, "outcome": f"effect.outcome.{effect.outcome.name}"}
