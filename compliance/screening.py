"""Decides which ads may not run: each is screened in its category as of a day, with article, span and reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from compliance.as_of import book_on, left_out
from compliance.categories import CopyFaults, category_faults, uncovered_finding
from compliance.fact_values import unusable_values
from compliance.facts import health_food_licence, unusable
from compliance.findings import CopyFinding, CopyItem, Placement, Screening, Verdict, verdict_of
from compliance.impression.looking import impressions
from compliance.judging import judge
from compliance.lawbook import known_until
from compliance.personal_data.in_copy import personal_data_findings
from compliance.placing import TOLD_BY_SPECS, back_to_fields, known_platform, whole_text
from compliance.rulebook import Rulebook, products, rulebook
from compliance.speaking import speaker
from compliance.specs.checking import check_specs, unchecked
from compliance.understanding.further import further_readings
from compliance.understanding.normal import NormalText
from compliance.understanding.respelling import normalise
from engine.messages import Message
from engine.vocabulary import Severity


def screen(
    ads: Sequence[CopyItem], on: date | None = None, on_progress: Callable[[int, int], None] | None = None
) -> list[Screening]:
    """The verdict and findings of every ad, in order, under the law of ``on`` (default: when the laws were looked up).

    ``on_progress(done, total)`` is told after each ad.

    Raises CopyFaults with every faulty row when a category is unknown or a text is missing or too long.
    """
    faults = category_faults(ads)
    if faults:
        raise CopyFaults(faults)
    day = on or known_until()
    screened = []
    for item in ads:
        screened.append(_screen_one(item, day))
        if on_progress is not None:
            on_progress(len(screened), len(ads))
    return screened


def _screen_one(item: CopyItem, day: date) -> Screening:
    if item.placement is not None:
        return _screen_placed(item, item.placement, day)
    return _screen_text(item, day)


def _screen_placed(item: CopyItem, placement: Placement, day: date) -> Screening:
    """Text and fields weighed as one ad; the copy specifications of the place then take over from the general notes."""
    known = known_platform(placement)
    whole, parts = whole_text(item)
    screened = _screen_text(replace(item, text=whole), day)
    found = [back_to_fields(finding, parts) for finding in screened.findings]
    found = [finding for finding in found if not (known and finding.code in TOLD_BY_SPECS)]
    found += check_specs(placement.fields, placement.platform, placement.format, item.text, day)
    findings = tuple(sorted(found, key=lambda one: (one.span, one.severity.rank, one.code)))
    verdict = verdict_of(findings)
    if verdict is Verdict.PASS:
        verdict = screened.verdict
    return Screening(item, verdict, findings, screened.remarks + unchecked(placement, item.text))


def _screen_text(item: CopyItem, day: date) -> Screening:
    text = normalise(item.text)
    findings = personal_data_findings(item.text, day)
    pack_name = products().get(item.product)
    remarks = tuple(Message("compliance.copy.unusable_fact", {"name": name}) for name in unusable(item.facts))
    remarks += unusable_values(item.facts)
    if pack_name is None:
        findings = [uncovered_finding(item), *findings]
        verdict = verdict_of(tuple(findings))
        return Screening(item, Verdict.REVIEW if verdict is Verdict.PASS else verdict, tuple(findings), remarks)
    book = rulebook(_pack_for(pack_name, item.facts))
    remarks += left_out(book, day)
    if day > book.review_due:
        remarks += (Message("compliance.copy.review_due", {"due": book.review_due.isoformat()}),)
    findings += _ruled(book, text, item, day)
    findings += impressions(text, _pack_for(item.product, item.facts), findings)
    findings.sort(key=lambda finding: (finding.span, finding.severity.rank, finding.code))
    return Screening(item, verdict_of(tuple(findings)), tuple(findings), remarks)


def _ruled(book: Rulebook, text: NormalText, item: CopyItem, day: date) -> list[CopyFinding]:
    """What the rules find in the text as shown, and in words that markup cuts up or holds inside."""
    on_day, says = book_on(book, day), speaker(book, day)
    standing, unmet = judge(on_day, text, item.facts)
    found = [says.of_rule(strike, text) for strike in standing]
    found += [says.of_condition(condition, text) for condition in unmet]
    for reading in further_readings(item.text):
        strikes, _ = judge(on_day, reading.text, item.facts)
        more = [says.of_rule(one, reading.text) for one in strikes if reading.counts(one.start, one.end)]
        new = [one for one in more if not any(_says_less(one, known) for known in found)]
        found = [known for known in found if not any(_says_less(known, one) for one in new)] + new
    return found


def _says_less(one: CopyFinding, other: CopyFinding) -> bool:
    """True when ``one`` lies within ``other`` and is the same or lighter than one that blocks."""
    within = other.span[0] <= one.span[0] and one.span[1] <= other.span[1]
    blocked = other.severity is Severity.BLOCK and one.severity is not Severity.BLOCK
    return within and (one.code == other.code or blocked)


def _pack_for(name: str, facts: Mapping[str, Any]) -> str:
    """A food with its own health-food licence is judged as a health food."""
    return "health_food" if name == "food" and health_food_licence(facts) else name
