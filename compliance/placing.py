"""Decides how an ad with headline and description fields is weighed: as one text, each find told in its own field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from compliance.findings import CopyFinding, CopyItem, Placement
from compliance.specs.book import spec_book
from compliance.specs.fitting import place_of
from engine.errors import Fault
from engine.messages import Message

LONGEST_TEXT = 200_000
# Of these the general pack says that Google refuses them; with a platform named its own editorial rules answer.
TOLD_BY_SPECS = frozenset({"platform.repeated_marks", "platform.spelled_out", "platform.generic_call"})


@dataclass(frozen=True, slots=True)
class Part:
    """A value of a field inside the whole text."""

    name: str
    start: int
    end: int


def whole_text(item: CopyItem) -> tuple[str, list[Part]]:
    """The ad's text and, a line each, the values of its fields that are not part of it."""
    pieces, parts, at = [item.text], [Part("", 0, len(item.text))], len(item.text)
    for name, texts in item.placement.fields.items() if item.placement else ():
        for number, value in enumerate(texts, 1):
            if value and value not in item.text:
                called = f"{name} {number}" if len(texts) > 1 else name
                parts.append(Part(called, at + 1, at + 1 + len(value)))
                pieces.append(value)
                at = parts[-1].end
    return "\n".join(pieces), parts


def back_to_fields(finding: CopyFinding, parts: Sequence[Part]) -> CopyFinding:
    """The finding with its span in the given text, or else in the field it begins in."""
    start, end = finding.span
    part = next((part for part in parts if start <= part.end), parts[-1])
    inside = (max(0, start - part.start), min(end, part.end) - part.start)
    if not part.name:
        return replace(finding, span=inside)
    return replace(finding, span=(0, 0), field=part.name, field_span=inside)


def known_platform(placement: Placement) -> bool:
    """Whether specifications of the platform are on file."""
    return place_of(placement)[0] is not None


def placement_faults(placement: Placement, number: int, row: str) -> list[Fault]:
    """A format that is not on file: of a platform that is, or of none at all."""
    owner, spec = place_of(placement)
    if not placement.format or spec is not None or (owner is None and placement.platform):
        return []
    book = spec_book()
    choices = ", ".join(book.of_platform(book.platform(placement.platform) if placement.platform else None))
    values = {"row": row, "format": placement.format[:60], "choices": choices}
    return [Fault(Message("compliance.specs.unknown_format", values), number, "format")]
