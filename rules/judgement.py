"""Decides the shape of what the rules say: recommendations with their evidence, findings, and "no data" answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from engine.messages import Language, Message, Value, render
from engine.vocabulary import Finding, PackRef, Period, Subject, content_hash, short_id
from rules.actions import ActionType, Change
from rules.candidates import Verdict


@dataclass(frozen=True, slots=True)
class Targets:
    """What a conversion may cost, in units of the account's currency, by channel (``meta/OUTCOME_SALES``) or platform.

    ``reported_share`` is the share of a day's conversions already reported once a rule's lag has passed;
    ``target_roas`` is the value a unit of money must bring, by the same channels.
    """

    target_cpa: Mapping[str, float] = field(default_factory=dict)
    reported_share: float = 1.0
    target_roas: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Applied:
    """Something already done, or already alerted, about an entity: it rests for the rule's cooldown.

    ``share`` is by how much a bid or a budget moved, signed, where ``action`` moves one.
    """

    rule: str
    entity: str
    on: date
    action: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """What became of a budget shift in the plan of some days: money it moves in all and a day, units of currency."""

    channel: str
    start: date
    end: date
    amount: float
    a_day: float

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self) | {"start": self.start.isoformat(), "end": self.end.isoformat()}


# A rule, an entity and an action: one stretch of nights on which the same thing is said of the same entity.
Episode = tuple[str, str, str]


class Recommendation(NamedTuple):
    """One flag with what became of it. ``action`` is what is proposed now: an alert where it was downgraded.

    ``id`` is the same for the same account, entity, rule, version, action and first window end, however often a night
    is run and for as many nights as the flag goes on. ``holdout``: once approved, it is withheld to measure the effect.
    ``change`` is what it would do on the platform, or a sentence why nothing can be said; ``shift`` what
    a plan made of it where it moves a budget. ``reason`` is why, in every language, and ``numbers`` are those behind it
    as JSON: as both are kept.
    """

    id: str
    rule: PackRef
    entity: str
    subject: Subject
    action: ActionType
    proposed_action: ActionType
    decision: Verdict
    because: str
    beaten_by: str | None
    trail: tuple[Message, ...]
    spend_at_stake: float
    window: Period
    holdout: bool
    reason: Mapping[Language, str]
    numbers: bytes
    change: Change | Message | None = None
    first_end: date | None = None
    shift: Shift | None = None

    @property
    def evidence(self) -> dict[str, Any]:
        """Every number behind it."""
        told: dict[str, Any] = orjson.loads(self.numbers)
        return told

    def as_dict(self, language: Language) -> dict[str, Any]:
        """JSON-ready, every sentence in ``language``."""
        names = {"id": self.id, "short_id": self.short_id}
        return names | self.wordless(self.evidence) | self.sentences(language)

    def wordless(self, evidence: Mapping[str, Any] | orjson.Fragment) -> dict[str, Any]:
        """Of ``as_dict`` what is the same in every language, but its names; ``evidence`` as read, or still as JSON."""
        return {
            "rule": _pack(self.rule),
            "entity": self.entity,
            "subject": _subject(self.subject),
            "action": self.action,
            "proposed_action": self.proposed_action,
            "decision": self.decision,
            "because": self.because,
            "beaten_by": self.beaten_by,
            "spend_at_stake": self.spend_at_stake,
            "window": {"start": self.window.start.isoformat(), "end": self.window.end.isoformat()},
            "holdout": self.holdout,
            "change": self.change.as_dict() if isinstance(self.change, Change) else None,
            "shift": self.shift.as_dict() if self.shift is not None else None,
            "since": (self.first_end or self.window.end).isoformat(),
            "evidence": evidence,
        }

    def sentences(self, language: Language) -> dict[str, Any]:
        """The part of ``as_dict`` that depends on the language."""
        return {
            "trail": [_step(step.id, tuple(step.values.items()), language) for step in self.trail],
            "by_hand": render(self.change, language) if isinstance(self.change, Message) else None,
            "reason": self.reason[language],
        }

    @property
    def episode(self) -> Episode:
        """What it says of which entity."""
        return self.rule.name, self.entity, self.action

    @property
    def short_id(self) -> str:
        """What people call it, such as ``R-7f3a9c``."""
        return short_id("R", self.id)


@dataclass(frozen=True, slots=True)
class NoData:
    """A rule that could not answer for an entity, and what it lacks.

    ``more`` is how much more would settle it where that is known, in ``unit`` (impressions, clicks, or spend in units
    of the account's currency).
    """

    rule: str
    entity: str
    subject: Subject
    reason: Message
    spend: float
    more: int | None = None
    unit: str | None = None

    @property
    def more_impressions(self) -> int | None:
        """``more`` where its unit is impressions."""
        return self.more if self.unit == "impressions" else None


@dataclass(frozen=True, slots=True)
class Judged:
    """How many entities a rule looked at on a level, flagged, and could not answer for."""

    rule: str
    level: str
    judged: int
    flagged: int
    no_data: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything the rules say about one account on one day, the most money first.

    ``no_data`` holds the answers with the most spend of each rule; ``judged`` counts all of them. ``notices`` tell what
    was out of the usual about the judging itself.
    """

    account: str
    as_of: date
    currency: str | None
    snapshot_hash: str
    packs: tuple[PackRef, ...]
    resolver: str
    findings: tuple[Finding, ...]
    recommendations: tuple[Recommendation, ...]
    no_data: tuple[NoData, ...]
    judged: tuple[Judged, ...]
    notices: tuple[Message, ...] = ()

    def as_dict(self, language: Language = "zh-TW") -> dict[str, Any]:
        """JSON-ready, with every sentence in ``language``."""
        return {
            "account": self.account,
            "as_of": self.as_of.isoformat(),
            "currency": self.currency,
            "snapshot_hash": self.snapshot_hash,
            "id": self.id,
            "resolver": self.resolver,
            "packs": [_pack(ref) for ref in self.packs],
            "judged": [asdict(one) for one in self.judged],
            "findings": [_finding(finding, language) for finding in self.findings],
            "recommendations": [one.as_dict(language) for one in self.recommendations],
            "no_data": [_no_data(one, language) for one in self.no_data],
        }

    @property
    def id(self) -> str:
        """Content hash of what was said: equal runs have equal ids."""
        said = [(r.id, r.decision, r.because, r.beaten_by) for r in self.recommendations]
        return content_hash([self.account, self.as_of, self.snapshot_hash, said, [f.id for f in self.findings]])


@lru_cache(maxsize=4096)
def _step(name: str, values: tuple[tuple[str, Value], ...], language: Language) -> str:
    """A step of a trail in words: thousands of flags share a few."""
    return render(Message(name, dict(values)), language)


def _pack(ref: PackRef) -> dict[str, str]:
    return {"name": ref.name, "version": ref.version, "hash": ref.hash}


def _subject(subject: Subject) -> dict[str, Any]:
    return {
        "level": subject.level.value,
        "platform": subject.platform,
        "name": subject.name,
        "ids": dict(subject.ids),
        "names": dict(subject.names),
    }


def _finding(finding: Finding, language: Language) -> dict[str, Any]:
    return {
        "id": finding.id,
        "code": finding.code,
        "severity": finding.severity.value,
        "subject": _subject(finding.subject),
        "reason": render(finding.reason, language),
        "evidence": dict(finding.evidence),
    }


def _no_data(one: NoData, language: Language) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "entity": one.entity,
        "subject": _subject(one.subject),
        "reason": render(one.reason, language),
        "spend": one.spend,
        "more_impressions": one.more_impressions,
        "more": one.more,
        "unit": one.unit,
    }
