"""Decides of which parts an ad consists when it is rewritten, and which letters of each a finding means.

The text is a part, and so is every value of every field (headline, body, hashtags, call to action, testimonials): each
is put back where it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from compliance.findings import CopyFinding, CopyItem
from compliance.specs.counting import length_of
from compliance.specs.fitting import field_name, place_of

TEXT = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a field (``TEXT``: the ad's text), what findings call it, and where it stands in the ad's text."""

    field: str
    called: str
    text: str
    at: int | None

    def place(self, finding: CopyFinding) -> tuple[int, int] | None:
        """The letters of this part a finding means; None where it means none of them."""
        if self.called and finding.field == self.called:
            return finding.field_span
        if finding.field is not None and self.called:
            return None
        low, high = finding.span
        if self.at is None or high <= low:
            return None
        inside = max(0, low - self.at), min(len(self.text), high - self.at)
        return inside if inside[0] < inside[1] else None


def parts_of(item: CopyItem) -> list[Part]:
    """The text, then the values of the fields in their order."""
    parts = [Part(TEXT, "", item.text, 0)]
    for name, values in item.placement.fields.items() if item.placement else ():
        for number, value in enumerate(values, 1):
            at = item.text.find(value) if value else -1
            parts.append(Part(name, f"{name} {number}" if len(values) > 1 else name, value, at if at >= 0 else None))
    return parts


def put_back(item: CopyItem, parts: Sequence[tuple[Part, str]]) -> CopyItem:
    """The item with the new text of every part; a value of which nothing is left is left out."""
    text = next(new for part, new in parts if part.field == TEXT)
    if item.placement is None:
        return replace(item, text=text)
    fields = {
        name: tuple(new for part, new in parts if part.field == name and new.strip()) for name in item.placement.fields
    }
    kept = {name: values for name, values in fields.items() if values}
    return replace(item, text=text, placement=replace(item.placement, fields=kept))


def room_in(item: CopyItem, part: Part) -> Callable[[str], bool]:
    """Whether a new text of the part keeps to the limit its format has on file; everything does where none is."""
    owner, spec = place_of(item.placement) if item.placement else (None, None)
    key = field_name(spec, part.field) if part.field else None
    if owner is None or spec is None or key is None:
        return lambda _: True
    limit = spec.format.fields[key].limit
    return lambda text: length_of(text, owner.counting).most <= limit
