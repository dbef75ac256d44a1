"""Decides what a recogniser is: patterns, a checksum, context words, and what its find means in ad copy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

import regex
from pydantic import Field

from compliance.lawbook import Strict, Words
from compliance.personal_data.validators import VALIDATORS, Validator
from engine.packs import load_packs, package_path
from engine.vocabulary import Severity

Score = Annotated[float, Field(ge=0, le=1)]


class PatternData(Strict):
    """A regular expression over half-width text, and how much it is worth alone."""

    name: str
    regex: str
    score: Score


class RecogniserData(Strict):
    """One recogniser as its YAML file writes it.

    ``digits_at_least`` and ``needs_any`` say what a text must hold for the patterns to be worth running.
    """

    version: str
    title: Words
    source: str
    patterns: Annotated[tuple[PatternData, ...], Field(min_length=1)]
    validator: str | None = None
    context: tuple[str, ...] = ()
    needs_context: bool = False
    context_reach: int = 24
    in_copy: Severity
    digits_at_least: int = 0
    needs_any: tuple[str, ...] = ()
    keep: Annotated[int, Field(ge=0)] = 0
    kind: Literal["personal", "identifying", "organisation"] = "personal"


@dataclass(frozen=True, slots=True)
class Recogniser:
    """A recogniser ready to run."""

    name: str
    data: RecogniserData
    patterns: tuple[tuple[str, float, regex.Pattern[str]], ...]
    context: regex.Pattern[str] | None
    validator: Validator | None


@cache
def recognisers() -> tuple[Recogniser, ...]:
    """Every recogniser of ``recognisers/*.yaml`` in the order of its file name."""
    folder = package_path("compliance") / "personal_data" / "recognisers"
    return tuple(_compile(name, data) for name, (data, _) in load_packs(folder, RecogniserData).items())


def _compile(name: str, data: RecogniserData) -> Recogniser:
    patterns = tuple((p.name, p.score, regex.compile(p.regex, regex.IGNORECASE)) for p in data.patterns)
    words = sorted(data.context, key=lambda word: (-len(word), word))
    context = regex.compile("|".join(regex.escape(word) for word in words), regex.IGNORECASE) if words else None
    return Recogniser(name, data, patterns, context, VALIDATORS[data.validator] if data.validator else None)
