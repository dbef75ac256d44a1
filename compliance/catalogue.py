"""Decides what a legal reviewer reads of all laws and rules: source, certainty, penalty, days, exceptions, examples.

It assists a legal reviewer and does not replace one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import get_args

from compliance.catalogue_rules import PermittedEntry, RuleEntry, permitted_entries, rule_entries
from compliance.caveats import caveats_of
from compliance.law_schema import Area, Kind
from compliance.law_words import article_label, penalty_words, reference_label, say, span_words, spoken
from compliance.lawbook import Law, Paragraph, Reference, certainty_of, in_force, lawbook, paragraph_of
from compliance.rulebook import word_lists
from engine.messages import Language, render
from engine.vocabulary import Certainty


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    """One paragraph as it reads on the day: ``id`` is its anchor, ``cited_by`` the rules that stand on it."""

    id: str
    label: str
    does: str
    rule: str
    items: tuple[tuple[str, str], ...]
    penalties: tuple[str, ...]
    certainty: Certainty
    in_force: bool
    days: str
    source: str
    cited_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LawEntry:
    """A law with what is known of its text; ``unsettled`` is what still has to be looked up."""

    id: str
    name: str
    short: str
    kind: str
    area: str
    enforcer: str
    amended: date | None
    days: str
    source: str
    retrieved_on: date
    checked_until: date | None
    review_due: date
    overdue: bool
    certainty: Certainty
    unsettled: tuple[str, ...]
    articles: tuple[ArticleEntry, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All laws, rules and permitted wording as of a day, in one language."""

    day: date
    language: Language
    laws: tuple[LawEntry, ...]
    rules: tuple[RuleEntry, ...]
    permitted: tuple[PermittedEntry, ...]

    @property
    def lists(self) -> dict[str, tuple[str, ...]]:
        """The word lists that the rules draw on, by name."""
        used = sorted({name for rule in self.rules for name in rule.lists})
        return {name: word_lists()[name].terms for name in used}


@lru_cache(maxsize=8)
def catalogue(language: Language, day: date) -> Catalogue:
    """The whole catalogue as of ``day``."""
    rules = rule_entries(language, day)
    cited: dict[str, list[str]] = {}
    for entry in rules:
        for article in entry.articles:
            cited.setdefault(article.anchor, []).append(entry.code)
    order = {part: at for at, part in enumerate((*get_args(Area), *get_args(Kind)))}
    by_area = sorted(lawbook().items(), key=lambda one: (order[one[1].area], order[one[1].kind], one[0]))
    laws = tuple(_law_entry(name, law, language, day, cited) for name, law in by_area)
    return Catalogue(day, language, laws, rules, permitted_entries(language, day))


def narrowed(whole: Catalogue, words: str = "", product: str = "", law: str = "") -> Catalogue:
    """The part that holds every word of ``words``, of one product category, of one law; empty: all of it."""
    sought = words.casefold().split()
    rules = tuple(
        entry
        for entry in whole.rules
        if (not product or product in entry.products)
        and (not law or any(article.law == law for article in entry.articles))
        and all(word in entry.text for word in sought)
    )
    named = {article.law for entry in rules for article in entry.articles} if product else set()
    laws = tuple(
        part
        for entry in whole.laws
        if (not law or entry.id == law) and (not product or entry.id in named)
        for part in _holding(entry, sought)
    )
    permitted = tuple(
        entry
        for entry in whole.permitted
        if (not product or product in entry.products) and (not law or entry.article.law == law)
        for part in [entry.text]
        if all(word in part for word in sought)
    )
    return Catalogue(whole.day, whole.language, laws, rules, permitted)


def _holding(entry: LawEntry, sought: list[str]) -> Iterator[LawEntry]:
    """The law whole where its own words hold what is sought, else with the articles that do."""
    own = f"{entry.id} {entry.name} {entry.short} {entry.enforcer}".casefold()
    rest = [word for word in sought if word not in own]
    if not rest:
        yield entry
        return
    found = tuple(article for article in entry.articles if all(word in _text(article) for word in rest))
    if found:
        yield replace(entry, articles=found)


def _text(article: ArticleEntry) -> str:
    items = " ".join(text for _, text in article.items)
    return " ".join((article.id, article.label, article.rule, items, *article.penalties, *article.cited_by)).casefold()


def _law_entry(name: str, law: Law, language: Language, day: date, cited: Mapping[str, list[str]]) -> LawEntry:
    references = [Reference(law=name, article=a, paragraph=p) for a, listed in law.articles.items() for p in listed]
    articles = tuple(_article_entry(reference, language, day, cited) for reference in references)
    return LawEntry(
        id=name,
        name=spoken(law.name, language),
        short=spoken(law.short, language),
        kind=law.kind,
        area=law.area,
        enforcer=spoken(law.enforcer, language),
        amended=law.amended,
        days=span_words(law.in_force, language),
        source=law.source if isinstance(law.source, str) else spoken(law.source, language),
        retrieved_on=law.retrieved_on,
        checked_until=law.checked_until,
        review_due=law.review_due,
        overdue=day > law.review_due,
        certainty=law.certainty,
        unsettled=tuple(_unsettled(references, language, day)),
        articles=articles,
    )


def _unsettled(references: list[Reference], language: Language, day: date) -> Iterator[str]:
    """Every open point once; what is open about some articles only names them."""
    about: dict[str, list[str]] = {}
    for one in references:
        for caveat in caveats_of(one, day):
            about.setdefault(render(caveat, language), []).append(reference_label(one, language))
    for told, labels in about.items():
        yield (
            told
            if len(labels) == len(references)
            else say("about", language, articles=say("and", language).join(labels), told=told)
        )


def _article_entry(reference: Reference, language: Language, day: date, cited: Mapping[str, list[str]]) -> ArticleEntry:
    _, paragraph = paragraph_of(reference, day)
    return ArticleEntry(
        id=reference.id,
        label=article_label(reference.article, reference.paragraph, language),
        does=paragraph.does,
        rule=spoken(paragraph.rule, language),
        items=tuple((n, spoken(words, language)) for n, words in paragraph.items.items()),
        penalties=tuple(penalty_words(penalty, language) for penalty in paragraph.penalties),
        certainty=certainty_of(reference, day),
        in_force=in_force(reference, day) is not None,
        days=_own_days(paragraph, language),
        source=paragraph.source or "",
        cited_by=tuple(sorted(set(cited.get(reference.id, ())))),
    )


def _own_days(paragraph: Paragraph, language: Language) -> str:
    """The days of a text that are not those of its law."""
    return "" if paragraph.in_force is None else span_words(paragraph.in_force, language)
