"""Decides what goes into a copy check and what comes out: items, findings and the verdict over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from compliance.rewrites.outcome import Rewrite
from engine.messages import Language, Message, render
from engine.vocabulary import Certainty, Citation, Finding, Level, PackRef, Severity, Subject


class Verdict(StrEnum):
    """What the reviewer is told about an ad."""

    BLOCK = "block"
    REVIEW = "review"
    PASS = "pass"  # noqa: S105 - a verdict, not a password


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an ad is to run: platform, format, and the values of the format's text fields by the name of the field."""

    platform: str = ""
    format: str = ""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CopyItem:
    """One ad text to screen: its row, the text, the product category and facts the advertiser states."""

    row_id: str
    text: str
    product: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    placement: Placement | None = None


@dataclass(frozen=True, slots=True)
class SpecRef:
    """Where a limit of a format was read: pages, the day their source was checked (None: not told), when, how sure."""

    format: str
    urls: tuple[str, ...]
    checked: str | None
    read_on: date
    certainty: Certainty

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        read_on = self.read_on.isoformat()
        return {"format": self.format, "urls": list(self.urls), "checked": self.checked, "read_on": read_on}


@dataclass(frozen=True, slots=True)
class CopyFinding:
    """Words that may not run, with the article they touch; ``span`` counts characters of the text as it was given.

    A finding on a field of the placement names it in ``field``; ``field_span`` counts in its value, and ``span`` is
    where the value stands in the text, or (0, 0) where it does not.
    """

    code: str
    span: tuple[int, int]
    severity: Severity
    message: Message
    suggestion: Message
    citations: tuple[Citation, ...] = ()
    caveats: tuple[Message, ...] = ()
    source: str = "rule"
    pack: PackRef | None = None
    field: str | None = None
    field_span: tuple[int, int] | None = None
    reference: SpecRef | None = None

    @property
    def law(self) -> str | None:
        """The name of the first law cited."""
        return self.citations[0].law if self.citations else None

    @property
    def article(self) -> str | None:
        """The article of the first law cited."""
        return self.citations[0].article if self.citations else None

    @property
    def paragraph(self) -> str | None:
        """The paragraph of the first law cited."""
        return self.citations[0].paragraph if self.citations else None

    @property
    def certainty(self) -> Certainty:
        """As sure as the weakest article it stands on, or as the page its limit was read on."""
        if self.reference is not None and not self.citations:
            return self.reference.certainty
        order = list(Certainty)
        return max((citation.certainty for citation in self.citations), key=order.index, default=Certainty.UNVERIFIED)

    def as_dict(self, language: Language = "zh-TW") -> dict[str, Any]:
        """JSON-ready, with the sentences in ``language``."""
        return {
            "source": self.source,
            "code": self.code,
            "span": list(self.span),
            "law": self.law,
            "article": self.article,
            "paragraph": self.paragraph,
            "severity": self.severity.value,
            "message": render(self.message, language),
            "suggestion": render(self.suggestion, language),
            "certainty": self.certainty.value,
            "caveats": [render(caveat, language) for caveat in self.caveats],
            "also": [f"{c.title} §{c.article} ({c.paragraph})" for c in self.citations[1:]],
            "field": self.field,
            "field_span": None if self.field_span is None else list(self.field_span),
            "reference": None if self.reference is None else self.reference.as_dict(),
        }

    def as_finding(self, subject: Subject) -> Finding:
        """The finding in the words all stages share."""
        evidence = {"span": list(self.span), "suggestion": self.suggestion.id}
        return Finding(self.code, subject, self.severity, self.message, evidence, self.citations, (), self.pack)


@dataclass(frozen=True, slots=True)
class Screening:
    """One ad with its verdict, its findings in the order of the text, and what could be said instead if asked."""

    item: CopyItem
    verdict: Verdict
    findings: tuple[CopyFinding, ...]
    remarks: tuple[Message, ...] = ()
    rewrite: Rewrite | None = None

    def as_dict(self, language: Language = "zh-TW") -> dict[str, Any]:
        """JSON-ready; the text itself is left out, whoever asked has it."""
        findings = [finding.as_dict(language) for finding in self.findings]
        told = {
            "row_id": self.item.row_id,
            "product": self.item.product,
            "verdict": self.verdict.value,
            "findings": findings,
            "remarks": [render(remark, language) for remark in self.remarks],
        }
        if self.rewrite is None:
            return told
        for finding, wording in zip(findings, self.rewrite.wordings, strict=True):
            finding["allowed"] = list(wording)
        return told | {"draft": self.rewrite.as_dict(language)}

    def as_findings(self, platform: str = "") -> tuple[Finding, ...]:
        """The findings in the words all stages share."""
        subject = Subject(Level.COPY, platform, {"row_id": self.item.row_id}, {"row_id": self.item.row_id})
        return tuple(finding.as_finding(subject) for finding in self.findings)


def verdict_of(findings: tuple[CopyFinding, ...]) -> Verdict:
    """Block when any finding blocks, review when any warns, else pass."""
    severities = {finding.severity for finding in findings}
    if Severity.BLOCK in severities:
        return Verdict.BLOCK
    return Verdict.REVIEW if Severity.WARN in severities else Verdict.PASS
