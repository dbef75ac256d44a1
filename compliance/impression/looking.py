"""Decides what a reviewer is told of words that read like penalised ads: where, how probable, by which letters."""

from __future__ import annotations

from collections.abc import Sequence

from compliance.findings import CopyFinding
from compliance.impression.sentences import sentences
from compliance.understanding.normal import NormalText
from engine.messages import Message, Value
from engine.vocabulary import Severity

CODE = "classifier.impression"
SOURCE = "classifier"
_LONGEST_REASON = 20  # characters


def impressions(text: NormalText, product: str, ruled: Sequence[CopyFinding]) -> list[CopyFinding]:
    """Stretches that read like penalised ads and that no rule has struck, in the order of the text.

    A warning where no rule asks for a person yet, else a note: it makes a pass a review and changes no other verdict.
    """
    from compliance.impression.model import model  # numpy loads only where text is screened

    struck = [finding.span for finding in ruled if finding.severity is not Severity.NOTE]
    severity = Severity.NOTE if struck else Severity.WARN
    told: list[CopyFinding] = []
    for stretch in model().stretches(text.letters, product, sentences(text)):
        span = text.span(stretch.start, stretch.end)
        if any(low < span[1] and span[0] < high for low, high in struck):
            continue
        reasons = [text.original[slice(*text.span(low, high))] for low, high in stretch.reasons]
        values: dict[str, Value] = {
            "percent": int(stretch.probability * 100),
            "words": "、".join(" ".join(words.split())[:_LONGEST_REASON] for words in reasons),
        }
        message = Message("compliance.impression.looks_penalised", values)
        told.append(CopyFinding(CODE, span, severity, message, Message("compliance.impression.help"), source=SOURCE))
    return told
