"""Decides which rules of a book hold on a day: none whose articles, all of them, asked nothing yet or no more then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

from compliance.lawbook import Reference, applies, lawbook
from compliance.rulebook import PreparedRule, Rulebook
from engine.messages import Message

DAYS = 256  # books and days kept at once: whoever asks for many days costs time, not memory


def charged(references: tuple[Reference, ...], under: Mapping[str, Reference | None]) -> tuple[Reference, ...]:
    """The articles as charged in a category (食安法 §28 becomes 健食法 §14 for a health food), each once."""
    mapped = [under.get(f"{r.law}:{r.article}:{r.paragraph}", r) for r in references]
    return tuple(dict.fromkeys(reference for reference in mapped if reference is not None))


@lru_cache(maxsize=DAYS)
def book_on(book: Rulebook, day: date) -> Rulebook:
    """The rulebook with the rules that hold on ``day``; the word index is shared."""
    kept = tuple(prepared for prepared in book.rules if not _missing(book, prepared, day))
    return book if len(kept) == len(book.rules) else replace(book, rules=kept)


@lru_cache(maxsize=DAYS)
def left_out(book: Rulebook, day: date) -> tuple[Message, ...]:
    """What a reviewer is told of rules that do not hold on ``day``: how many, and under which laws."""
    missing = [found for prepared in book.rules if (found := _missing(book, prepared, day))]
    if not missing:
        return ()
    laws = [lawbook()[name].short for name in dict.fromkeys(r.law for references in missing for r in references)]
    named = {"zh": "、".join(law.zh_tw for law in laws), "en": ", ".join(law.en for law in laws)}
    return (Message("compliance.law.left_out", {"day": day.isoformat(), "count": len(missing), **named}),)


def _missing(book: Rulebook, prepared: PreparedRule, day: date) -> tuple[Reference, ...]:
    """The articles of a rule where not one of them applies on ``day``; else none."""
    code = prepared.rule.code
    articles = charged(book.recharged.get(code, prepared.rule.citations), book.charged_under)
    return () if any(applies(reference, day) for reference in articles) else articles
