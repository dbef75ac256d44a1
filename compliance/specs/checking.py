"""Decides whether the fields of an ad fit a format: length, number, marks, and what the platform's editors refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, islice

import regex

from compliance.caveats import caveats_of
from compliance.findings import CopyFinding, Placement
from compliance.lawbook import cite, known_until
from compliance.specs.book import article_of, spec_book
from compliance.specs.counting import EMOJI, length_of
from compliance.specs.fitting import Fitted, fit, place_of
from compliance.specs.saying import Given, Sayer, both, conflict, counted
from compliance.specs.schema import Platform, TextField
from compliance.specs.tricks import MOST, finds
from engine.messages import Message, Value
from engine.vocabulary import Severity

_HASHTAG = regex.compile(r"(?<!\w)[#＃]\w")
_REWRITE = Message("compliance.specs.rewrite")
_DROP = Message("compliance.specs.drop")


def check_specs(
    fields: Mapping[str, Sequence[str]], platform: str, format_: str = "", text: str = "", on: date | None = None
) -> list[CopyFinding]:
    """What the platform would refuse or cut off: block for hard limits, note for recommended, warn where unsure.

    ``fields`` maps the name of a field to its values, ``text`` is the whole ad. Nothing is found for what is not on
    file; ``unchecked`` says so.
    """
    placement = Placement(platform, format_, {name: tuple(values) for name, values in fields.items()})
    owner, spec = place_of(placement)
    if owner is None:
        return []
    fitted = fit(placement, spec, text)
    found: list[CopyFinding] = []
    if spec is not None:
        found += _of_format(Sayer(spec, owner), fitted, text)
    values = chain(chain.from_iterable(fitted.by_field.values()), fitted.unused)
    apart = [given for given in values if given.at is None]
    whole = [Given(None, owner.title, text)] if text else []
    return found + [finding for given in [*whole, *apart] for finding in _of_editors(owner, given, on or known_until())]


def unchecked(placement: Placement, text: str = "") -> tuple[Message, ...]:
    """What a reviewer is told of a placement that could not be checked: no such platform, no format, no fields."""
    owner, spec = place_of(placement)
    book = spec_book()
    if owner is None and placement.platform:
        choices = ", ".join(book.platforms)
        return (Message("compliance.specs.unknown_platform", {"platform": placement.platform, "choices": choices}),)
    if owner is None:
        return (Message("compliance.specs.fields_alone", {"fields": ", ".join(placement.fields)}),)
    if spec is None:
        return (Message("compliance.specs.no_format"),)
    if not fit(placement, spec, text).stated and any(not field.of_text for field in spec.format.fields.values()):
        return (Message("compliance.specs.no_fields", {"fields": ", ".join(spec.format.fields)}),)
    return ()


def _of_format(says: Sayer, fitted: Fitted, text: str) -> Iterator[CopyFinding]:
    form = says.spec.format
    for name, field in form.fields.items():
        values = fitted.by_field.get(name, ())
        for given in values:
            yield from _length(says, field, given)
            yield from _forbidden(says, field, given)
        if fitted.stated:
            yield from _count(says, name, field, values)
    for given in fitted.unused:
        help_ = Message("compliance.specs.unused_field_help", {"fields": ", ".join(form.fields)})
        message = Message("compliance.specs.unused_field", {"field": given.name})
        yield says.plain("unused_field", Severity.NOTE, given.name, message, help_)
    if form.hashtags_at_most is not None:
        longest = max([text, *(g.text for g in chain.from_iterable(fitted.by_field.values()))], key=len)
        count = len(_HASHTAG.findall(longest))
        if count > form.hashtags_at_most:
            said = {"count": count, "limit": form.hashtags_at_most}
            help_ = Message("compliance.specs.remove", {"limit": form.hashtags_at_most})
            yield says.plain("hashtags", Severity.BLOCK, None, Message("compliance.specs.hashtags", said), help_)


def _length(says: Sayer, field: TextField, given: Given) -> Iterator[CopyFinding]:
    """The gravest thing that is wrong with the length of one value."""
    counting, limit = says.platform.counting, field.limit
    length = length_of(given.text, counting)
    shorten = Message("compliance.specs.shorten", {"limit": limit})
    unsure = (counted(counting),) if length.least != length.most else ()
    if length.most < field.shortest:
        help_ = Message("compliance.specs.lengthen", {"limit": field.shortest})
        yield says.of_value("too_short", Severity.BLOCK, given, help_, length=length.most, limit=field.shortest)
    elif length.least > limit and field.mode == "hard":
        yield says.of_value("too_long", Severity.BLOCK, given, shorten, more=unsure, length=length.least, limit=limit)
    elif length.most > limit and field.mode == "hard":
        values: dict[str, Value] = {"least": length.least, "most": length.most, "limit": limit}
        yield says.of_value("uncertain_length", Severity.WARN, given, shorten, None, unsure, **values)
    elif disputed := [d for d in field.disputes if d.limit is not None and length.most > d.limit]:
        low = min(d.limit or limit for d in disputed)
        more = tuple(conflict(dispute.about) for dispute in disputed)
        help_ = Message("compliance.specs.shorten", {"limit": low})
        values = {"length": length.most, "low": low, "limit": limit}
        yield says.of_value("disputed_length", Severity.WARN, given, help_, None, more, **values)
    elif length.least > (best := field.shown or limit):
        help_ = Message("compliance.specs.shorten", {"limit": best})
        yield says.of_value("recommended_length", Severity.NOTE, given, help_, length=length.least, limit=best)


def _forbidden(says: Sayer, field: TextField, given: Given) -> Iterator[CopyFinding]:
    for mark in field.forbidden:
        for start, end in islice(_places(mark, given.text), MOST):
            yield says.of_value("forbidden", Severity.BLOCK, given, _DROP, (start, end), mark=given.text[start:end])


def _places(mark: str, text: str) -> Iterator[tuple[int, int]]:
    """Where a literal mark, or any emoji, stands in the text."""
    if mark == "emoji":
        yield from (match.span() for match in EMOJI.finditer(text))
        return
    at = text.find(mark)
    while at >= 0:
        yield at, at + len(mark)
        at = text.find(mark, at + len(mark))


def _count(says: Sayer, name: str, field: TextField, values: Sequence[Given]) -> Iterator[CopyFinding]:
    hard = Severity.BLOCK if field.mode == "hard" else Severity.NOTE
    label, count = both(field.label), len(values)
    if count < field.min or count > field.max:
        kind, mend, limit = ("too_few", "add", field.min) if count < field.min else ("too_many", "remove", field.max)
        message = Message(f"compliance.specs.{kind}", label | {"count": count, "limit": limit})
        yield says.plain(kind, hard, name, message, Message(f"compliance.specs.{mend}", {"limit": limit}))
    for dispute in field.disputes:
        if dispute.at_least is not None and field.min <= count < dispute.at_least:
            more = (conflict(dispute.about),)
            message = Message("compliance.specs.disputed_count", label | {"count": count, "limit": dispute.at_least})
            add = Message("compliance.specs.add", {"limit": dispute.at_least})
            yield says.plain("disputed_count", Severity.WARN, name, message, add, more)
    within = field.one_within
    if within and values and all(length_of(g.text, says.platform.counting).least > within for g in values):
        message = Message("compliance.specs.none_short", label | {"limit": within})
        yield says.plain("none_short", hard, name, message, Message("compliance.specs.shorten", {"limit": within}))


def _of_editors(owner: Platform, given: Given, day: date) -> Iterator[CopyFinding]:
    """Tricks of writing in one text, under the article of the platform's policy."""
    for rule in owner.editorial:
        article = article_of(owner, rule.article, rule.paragraph)
        message = Message(f"compliance.specs.{rule.trick}", both(owner.title))
        for start, end in finds(rule.trick, given.text):
            yield CopyFinding(
                code=f"editorial.{rule.trick}",
                span=given.place(start, end),
                severity=rule.severity,
                message=message,
                suggestion=_REWRITE,
                citations=(cite(article, day),),
                caveats=tuple(caveats_of(article, day)),
                field=given.name,
                field_span=None if given.name is None else (start, end),
            )
