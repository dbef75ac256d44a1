"""Decides which ads may not run: each is screened in its category as of a day, with article, span and reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from compliance.categories import CopyFaults, category_faults, uncovered_finding
from compliance.facts import health_food_licence, unusable
from compliance.findings import CopyFinding, CopyItem, Screening, Verdict, verdict_of
from compliance.judging import Standing, Unmet, judge
from compliance.lawbook import Reference, Words, cite, known_until, paragraph_of
from compliance.personal_data.in_copy import personal_data_findings
from compliance.rulebook import Rulebook, products, rulebook
from compliance.understanding.normal import NormalText
from compliance.understanding.respelling import normalise
from engine.messages import Message
from engine.vocabulary import Severity


def screen(ads: Sequence[CopyItem], on: date | None = None) -> list[Screening]:
    """The verdict and findings of every ad, in order, under the law of ``on`` (default: when the laws were looked up).

    Raises CopyFaults with every faulty row when a category is unknown or a text is missing or too long.
    """
    faults = category_faults(ads)
    if faults:
        raise CopyFaults(faults)
    day = on or known_until()
    return [_screen_one(item, day) for item in ads]


def _screen_one(item: CopyItem, day: date) -> Screening:
    text = normalise(item.text)
    findings = personal_data_findings(item.text, day)
    pack_name = products().get(item.product)
    remarks = tuple(Message("compliance.copy.unusable_fact", {"name": name}) for name in unusable(item.facts))
    if pack_name is None:
        findings = [uncovered_finding(item), *findings]
        verdict = verdict_of(tuple(findings))
        return Screening(item, Verdict.REVIEW if verdict is Verdict.PASS else verdict, tuple(findings), remarks)
    book = rulebook(_pack_for(pack_name, item.facts))
    standing, unmet = judge(book, text, item.facts)
    findings += [_rule_finding(strike, text, book, day) for strike in standing]
    findings += [_condition_finding(condition, text, book, day) for condition in unmet]
    findings.sort(key=lambda finding: (finding.span, finding.severity.rank, finding.code))
    return Screening(item, verdict_of(tuple(findings)), tuple(findings), remarks)


def _pack_for(name: str, facts: Mapping[str, Any]) -> str:
    """A food with its own health-food licence is judged as a health food."""
    return "health_food" if name == "food" and health_food_licence(facts) else name


@cache
def _words(words: Words) -> Message:
    return Message("compliance.finding", {"zh": words.zh_tw, "en": words.en})


@cache
def _caveats(citations: tuple[Reference, ...], day: date) -> tuple[Message, ...]:
    caveats: dict[str, Message] = {}
    for reference in citations:
        law, _ = paragraph_of(reference)
        if day > law.checked_until:
            until = law.checked_until.isoformat()
            caveats[until] = Message("compliance.copy.not_checked_law", {"checked_until": until})
        if law.remarks:
            caveats[reference.law] = _words(law.remarks)
    return tuple(caveats.values())


def _charged(citations: tuple[Reference, ...], book: Rulebook) -> tuple[Reference, ...]:
    """The articles as this category is charged under them (食安法 §28 becomes 健食法 §14 for a health food)."""
    mapped = [book.charged_under.get(f"{c.law}:{c.article}:{c.paragraph}", c) for c in citations]
    return tuple(dict.fromkeys(mapped))


def _rule_finding(strike: Standing, text: NormalText, book: Rulebook, day: date) -> CopyFinding:
    rule = strike.rule
    citations = _charged(rule.citations, book)
    return CopyFinding(
        code=rule.code,
        span=text.span(strike.start, strike.end),
        severity=strike.severity,
        message=_words(rule.message),
        suggestion=_words(rule.suggestion),
        citations=tuple(cite(reference, day) for reference in citations),
        caveats=_caveats(citations, day),
        pack=strike.pack,
    )


_CONDITION = Message("compliance.copy.condition_unmet")
_CONDITION_HELP = Message("compliance.copy.condition_help")


def _condition_finding(unmet: Unmet, text: NormalText, book: Rulebook, day: date) -> CopyFinding:
    citations = _charged((unmet.group.basis,), book)
    return CopyFinding(
        code=f"{book.name}.permitted_condition",
        span=text.span(unmet.start, unmet.end),
        severity=Severity.WARN,
        message=_CONDITION,
        suggestion=_CONDITION_HELP,
        citations=tuple(cite(reference, day) for reference in citations),
        caveats=_caveats(citations, day),
    )
