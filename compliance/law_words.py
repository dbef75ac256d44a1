"""Decides how articles and penalties are said: 第 28 條第 1 項, 罰鍰 4 萬至 400 萬元, in both languages."""

from __future__ import annotations

from compliance.lawbook import Penalty, Reference, Span, Words, lawbook
from engine.messages import Language, Message, Value, render, sentence_ids

_MYRIAD, _HUNDRED_MILLION = 10_000, 100_000_000


def say(name: str, language: Language, **values: Value) -> str:
    """A sentence of the catalogue."""
    return render(Message(f"compliance.catalogue.{name}", values), language)


def article_label(article: str, paragraph: str | None, language: Language, item: str | None = None) -> str:
    """``第 22 條之 1 第 2 項第 3 款``, ``article 22-1 (2) item 3``; the topic where a text has no numbers."""
    number, _, branch = article.partition("-")
    if not number.isdigit():
        known = f"topic.{article}" in sentence_ids("compliance")  # kept findings may name a topic of earlier days
        topic = render(Message(f"compliance.topic.{article}"), language) if known else article
        return say("topic", language, topic=topic, paragraph=paragraph or "")
    if language == "en":
        parts = [f"article {article}", f"({paragraph})" if paragraph else "", f"item {item}" if item else ""]
        return " ".join(part for part in parts if part)
    said = f"第 {number} 條" + (f"之 {branch}" if branch else "")
    return said + (f"{' ' if branch else ''}第 {paragraph} 項" if paragraph else "") + (f"第 {item} 款" if item else "")


def reference_label(reference: Reference, language: Language) -> str:
    """The article a rule names, without its law."""
    return article_label(reference.article, reference.paragraph, language, reference.item)


def penalty_words(penalty: Penalty, language: Language, law: str = "") -> str:
    """What a breach costs, whom, and where that stands; ``law`` names the law where it is not plain."""
    parts = []
    if penalty.prison_years:
        parts.append(say("prison", language, years=penalty.prison_years))
    least, most = penalty.minimum_twd, penalty.maximum_twd
    if most and least:
        values: dict[str, Value] = {"least": twd(least, language), "most": twd(most, language)}
        parts.append(say(f"{penalty.kind}_between", language, **values))
    elif most:
        parts.append(say(f"{penalty.kind}_up_to", language, most=twd(most, language)))
    who = "" if penalty.who is None else spoken(penalty.who, language)
    named = spoken(lawbook()[penalty.law].short, language) if penalty.law else law
    article = f"{named} {article_label(penalty.article, penalty.paragraph, language)}".strip()
    amount = say("and", language).join(parts)
    if who:
        return say("penalty_of", language, who=who, amount=amount, article=article)
    return say("penalty", language, amount=amount, article=article)


def twd(amount: int, language: Language) -> str:
    """``400 萬``, ``1 億``, ``NT$4,000,000``: statutes count in 萬."""
    if language == "en":
        return f"NT${amount:,}"
    if amount % _HUNDRED_MILLION == 0:
        return f"{amount // _HUNDRED_MILLION:,} 億"
    return f"{amount / _MYRIAD:,g} 萬"


def span_words(span: Span, language: Language) -> str:
    """Since when a text is in force, and until when."""
    start = span.from_.isoformat() if span.from_ else say("unknown_day", language)
    if span.to is not None:
        return say("from_to", language, start=start, end=span.to.isoformat())
    return say("from", language, start=start) if span.from_ else start


def spoken(words: Words, language: Language) -> str:
    """The text in one language."""
    return words.zh_tw if language == "zh-TW" else words.en
