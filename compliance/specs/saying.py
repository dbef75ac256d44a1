"""Decides how findings on a specification are said: label and number of the field, source with date, conflicts."""

from __future__ import annotations

from dataclasses import dataclass

from compliance.findings import CopyFinding, SpecRef
from compliance.law_schema import Words
from compliance.specs.book import Spec
from compliance.specs.schema import Counting, Platform, TextField
from engine.messages import Message, Value
from engine.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class Given:
    """One value of a field: its name in the row, how people call it, the text, and where that stands in the ad."""

    name: str | None
    label: Words
    text: str
    at: int | None = 0

    def place(self, start: int, end: int) -> tuple[int, int]:
        """A part of the value as a span of the ad's text; (0, 0) where the value is not part of it."""
        return (0, 0) if self.at is None else (self.at + start, self.at + end)


@dataclass(frozen=True, slots=True)
class Sayer:
    """Makes findings of one format."""

    spec: Spec
    platform: Platform

    def of_value(
        self, kind: str, severity: Severity, given: Given, help_: Message, span: tuple[int, int] | None = None,
        more: tuple[Message, ...] = (), **values: Value,
    ) -> CopyFinding:  # fmt: skip
        """A finding on one value, on the whole of it or on a part."""
        start, end = span or (0, len(given.text))
        return CopyFinding(
            code=f"spec.{kind}",
            span=given.place(start, end),
            severity=severity,
            message=Message(f"compliance.specs.{kind}", both(given.label) | values),
            suggestion=help_,
            caveats=(*self._grounds(), *more),
            pack=self.spec.pack,
            field=given.name,
            field_span=None if given.name is None else (start, end),
            reference=self.reference(),
        )

    def plain(
        self, kind: str, severity: Severity, name: str | None, message: Message, help_: Message,
        more: tuple[Message, ...] = (),
    ) -> CopyFinding:  # fmt: skip
        """A finding on a field, or on the ad, that points at no words: there are too few or too many of them."""
        caveats, ref = (*self._grounds(), *more), self.reference()
        code = f"spec.{kind}"
        return CopyFinding(
            code, (0, 0), severity, message, help_, (), caveats, pack=self.spec.pack, field=name, reference=ref
        )

    def reference(self) -> SpecRef:
        """Where the limits of the format were read."""
        form = self.spec.format
        return SpecRef(self.spec.id, form.urls, form.checked, self.spec.read_on, form.certainty)

    def _grounds(self) -> tuple[Message, ...]:
        form = self.spec.format
        sources = [self.platform.sources[name] for name in form.sources]
        named = {"zh": "、".join(s.name.zh_tw for s in sources), "en": ", ".join(s.name.en for s in sources)}
        source = Message("compliance.specs.source", named | {"checked": form.checked})
        if form.checked is None:
            source = Message("compliance.specs.source_undated", named | {"read_on": self.spec.read_on.isoformat()})
        return (source, *(conflict(words) for words in form.conflicts))


def both(words: Words) -> dict[str, Value]:
    """The words as the values of a sentence."""
    return {"zh": words.zh_tw, "en": words.en}


def conflict(about: Words) -> Message:
    """What sources do not agree on."""
    return Message("compliance.specs.conflict", both(about))


def counted(counting: Counting) -> Message:
    """What the platform does not say about how it counts."""
    return Message("compliance.specs.counted", both(counting.unsure))


def label_of(field: TextField, number: int, of: int) -> Words:
    """``標題 2`` for the second of several."""
    tail = f" {number}" if of > 1 else ""
    return Words.model_validate({"zh-TW": field.label.zh_tw + tail, "en": field.label.en + tail})
