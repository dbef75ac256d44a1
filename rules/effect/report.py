"""Decides how the effect of an account's rules is written down: one document, the same for screen, mail and API."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.messages import Language, Message, Value, render
from engine.vocabulary import content_hash
from rules.effect.found import number
from rules.effect.money import Saved
from rules.effect.score import RuleScore

ORDER = {"harms": 0, "does_not": 1, "too_early": 2, "earns": 3, "alerts": 4}


@dataclass(frozen=True, slots=True)
class EffectReport:
    """What the rules of one account brought, as of a day; rules that need a decision first.

    Counts are of ``as_of``; effects are those of ``scored_on``, and are worked out anew on ``next_on``.
    """

    account: str
    as_of: date
    currency: str | None
    scores: Sequence[RuleScore]
    scored_on: date
    next_on: date

    @property
    def id(self) -> str:
        """Content hash of the figures: equal figures have equal ids."""
        figures = [{**_rule(score, "en"), "sentences": None} for score in self.ordered]
        return content_hash([self.account, self.as_of, self.currency, figures])

    @property
    def ordered(self) -> list[RuleScore]:
        """Harmful rules first, then those that do not earn their keep; by name among equals."""
        return sorted(self.scores, key=lambda one: (ORDER[one.verdict], one.record.rule))

    def as_dict(self, language: Language = "zh-TW") -> dict[str, Any]:
        """JSON-ready, with every sentence in ``language``."""
        return {
            "id": self.id,
            "account": self.account,
            "as_of": self.as_of.isoformat(),
            "scored_on": self.scored_on.isoformat(),
            "next_on": self.next_on.isoformat(),
            "currency": self.currency,
            "note": render(self._dated, language),
            "rules": [_rule(score, language, self.currency) for score in self.ordered],
        }

    def lines(self, language: Language = "zh-TW") -> list[str]:
        """The report as text, a line a sentence, such as for a mail."""
        told = [line for score in self.ordered for line in _sentences(score, language, self.currency)]
        return [*told, render(self._dated, language)]

    @property
    def _dated(self) -> Message:
        """Of which day the effects are, and when they are worked out anew."""
        return Message("rules.effect.dated", {"on": self.scored_on.isoformat(), "next": self.next_on.isoformat()})


def _rule(score: RuleScore, language: Language, currency: str | None = None) -> dict[str, Any]:
    record, false_share = score.record, score.false_share
    return {
        "rule": record.rule,
        "proposals": record.proposals,
        "approved": record.approved,
        "rejected": record.rejected,
        "withheld": record.withheld,
        "false_share": {
            **{name: number(getattr(false_share, name)) for name in ("value", "low", "high")},
            "known": false_share.known,
        },
        "money": None if record.saved is None else _money(record.saved),
        "effect": None if score.effect is None else score.effect.as_dict(language),
        "effects": [one.as_dict(language) for one in record.effects],
        "verdict": score.verdict,
        "sentences": _sentences(score, language, currency),
    }


def _money(saved: Saved) -> dict[str, float | None]:
    return {
        "moved": number(saved.moved),
        "saved": number(saved.value),
        "saved_low": number(saved.low),
        "saved_high": number(saved.high),
    }


def _sentences(score: RuleScore, language: Language, currency: str | None) -> list[str]:
    """Verdict, counts, money and effect, as far as each is known."""
    record = score.record
    counts: dict[str, Value] = {
        name: f"{getattr(record, name):,}" for name in ("proposals", "approved", "rejected", "withheld")
    }
    told = [_verdict(score), Message("rules.effect.line.counts", counts)]
    if score.false_share.known:
        shares = {name: f"{getattr(score.false_share, name):.0%}" for name in ("value", "low", "high")}
        told.append(Message("rules.effect.line.false_share", {**shares, "known": f"{score.false_share.known:,}"}))
    if record.saved is not None:
        told.append(_money_line(record.saved, currency))
    if score.effect is not None:
        told.append(score.effect.says)
    return [render(one, language) for one in told]


def _verdict(score: RuleScore) -> Message:
    values: dict[str, Value] = {"rule": score.record.rule, "reason": score.reason.id.partition(".")[2]}
    return Message(f"rules.effect.line.{score.verdict}", {**score.reason.values, **values})


def _money_line(saved: Saved, currency: str | None) -> Message:
    unit = f"{currency} " if currency else ""
    values: dict[str, Value] = {"moved": f"{unit}{saved.moved:,.0f}"}
    if not math.isfinite(saved.value):
        return Message("rules.effect.line.moved", values)
    amounts = {name: f"{unit}{getattr(saved, name):,.0f}" for name in ("value", "low", "high")}
    return Message("rules.effect.line.saved", {**values, **amounts})
