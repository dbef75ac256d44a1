"""Decides what personal data means in ad copy: a shop's own phone is a note, a national ID may never run."""

from __future__ import annotations

from datetime import date

from compliance.caveats import caveats_of
from compliance.findings import CopyFinding
from compliance.lawbook import Reference, cite
from compliance.personal_data.finding import PersonalDataMatch, find_personal_data
from compliance.personal_data.recogniser import RecogniserData, recognisers
from engine.messages import Message
from engine.vocabulary import Severity

_USE = Reference(law="personal_data", article="20", paragraph="1")
_IDS = {
    Severity.BLOCK: Message("compliance.personal.remove"),
    Severity.WARN: Message("compliance.personal.check"),
    Severity.NOTE: Message("compliance.personal.own"),
}


def personal_data_findings(text: str, day: date) -> list[CopyFinding]:
    """A finding for every personal identifier in the copy, as grave as its recogniser says."""
    by_name = {recogniser.name: recogniser.data for recogniser in recognisers()}
    return [_finding(match, by_name[match.kind], day) for match in find_personal_data(text)]


def _finding(match: PersonalDataMatch, data: RecogniserData, day: date) -> CopyFinding:
    titles = {"zh": data.title.zh_tw, "en": data.title.en}
    return CopyFinding(
        code=f"personal.{match.kind}",
        span=match.span,
        severity=data.in_copy,
        message=Message("compliance.personal.found", titles),
        suggestion=_IDS[data.in_copy],
        citations=(cite(_USE, day),),
        caveats=tuple(caveats_of(_USE, day)),
    )
