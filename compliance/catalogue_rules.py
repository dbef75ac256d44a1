"""Decides what a legal reviewer reads of the rules of the packs and of wording that may be used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from compliance.law_words import penalty_words, reference_label, spoken
from compliance.lawbook import Reference, certainty_of, lawbook, paragraph_of
from compliance.pack_schema import Pack, PermittedPhrases
from compliance.rule_schema import AnyRule, StatedExample
from compliance.rulebook import packs, permitted_lists
from engine.messages import Language
from engine.vocabulary import Certainty, Severity


@dataclass(frozen=True, slots=True)
class CitedArticle:
    """An article a rule stands on; ``anchor`` is the paragraph's id in the catalogue."""

    law: str
    anchor: str
    label: str
    certainty: Certainty
    penalties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What a rule comes to in a pack that takes it over: other articles or another severity."""

    title: str
    articles: tuple[CitedArticle, ...]
    severity: Severity


@dataclass(frozen=True, slots=True)
class ExampleEntry:
    """A sentence of the pack, with the facts stated of it (``evidence=…, licence_no=…``)."""

    text: str
    facts: str


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """A rule of a pack; ``products`` are the categories it judges, ``text`` is what a search looks in.

    ``words`` are its own, ``lists`` the names of the word lists that it draws on.
    """

    code: str
    pack: str
    title: str
    products: tuple[str, ...]
    severity: Severity
    kind: str
    words: tuple[str, ...]
    lists: tuple[str, ...]
    message: str
    suggestion: str
    articles: tuple[CitedArticle, ...]
    elsewhere: tuple[Elsewhere, ...]
    exceptions: tuple[str, ...]
    eased_by: tuple[tuple[str, Severity | None], ...]
    flags: tuple[ExampleEntry, ...]
    passes: tuple[ExampleEntry, ...]
    version: str
    reviewed_on: date
    review_due: date
    overdue: bool
    text: str


@dataclass(frozen=True, slots=True)
class PermittedGroup:
    """Phrases under one condition: said of a nutrient, beside a wording, with a fact stated; none: free to use."""

    phrases: tuple[str, ...]
    nutrients: tuple[str, ...]
    wording: tuple[str, ...]
    fact: str


@dataclass(frozen=True, slots=True)
class PermittedEntry:
    """An official annex of wording that may be used."""

    id: str
    title: str
    article: CitedArticle
    source: str
    version: str
    products: tuple[str, ...]
    groups: tuple[PermittedGroup, ...]
    text: str


@cache
def rule_codes() -> frozenset[str]:
    """The code of every rule: each is an anchor of the catalogue."""
    return frozenset(rule.code for pack, _ in packs().values() for rule in pack.rules)


def rule_entries(language: Language, day: date) -> tuple[RuleEntry, ...]:
    """Every rule of every pack, in the order of the packs."""
    return tuple(
        _rule_entry(name, pack, rule, language, day) for name, (pack, _) in packs().items() for rule in pack.rules
    )


def permitted_entries(language: Language, day: date) -> tuple[PermittedEntry, ...]:
    """Every annex of permitted wording, with the categories whose packs allow it."""
    entries = []
    for name, listed in permitted_lists().items():
        using = tuple(p for pack, _ in packs().values() if name in pack.permitted for p in pack.products)
        groups = tuple(_group(group) for group in listed.groups)
        title = spoken(listed.title, language)
        words = (name, title, listed.source, *(phrase for group in groups for phrase in group.phrases))
        article = _cited(listed.basis, language, day)
        text = " ".join(words).casefold()
        entries.append(PermittedEntry(name, title, article, listed.source, listed.version, using, groups, text))
    return tuple(entries)


def _group(group: PermittedPhrases) -> PermittedGroup:
    return PermittedGroup(group.phrases, group.nutrients, group.wording, group.fact or "")


def _rule_entry(name: str, pack: Pack, rule: AnyRule, language: Language, day: date) -> RuleEntry:
    taking_over = [(other, heir) for other, (heir, _) in packs().items() if other != name and name in _line(other)]
    heirs = [heir for _, heir in taking_over if heir.adjusted.get(rule.code, rule.severity) is not None]
    articles = tuple(_cited(reference, language, day) for reference in rule.citations)
    message, suggestion = spoken(rule.message, language), spoken(rule.suggestion, language)
    flags = tuple(_example(example) for example in rule.examples.flag)
    passes = tuple(_example(example) for example in rule.examples.pass_)
    own = tuple(dict.fromkeys(term for terms in rule.own_terms().values() for term in terms))
    words = [rule.code, message, suggestion, *own, *rule.exceptions, *(one.text for one in (*flags, *passes))]
    words += [f"{spoken(lawbook()[article.law].name, language)} {article.label}" for article in articles]
    return RuleEntry(
        code=rule.code,
        pack=name,
        title=spoken(pack.title, language),
        products=tuple(dict.fromkeys((*pack.products, *(p for heir in heirs for p in heir.products)))),
        severity=rule.severity,
        kind=rule.kind,
        words=own,
        lists=tuple(dict.fromkeys(rule.shared_lists())),
        message=message,
        suggestion=suggestion,
        articles=articles,
        elsewhere=tuple(_elsewhere(rule, heirs, articles, language, day)),
        exceptions=rule.exceptions,
        eased_by=tuple(rule.eased_by.items()),
        flags=flags,
        passes=passes,
        version=pack.version,
        reviewed_on=pack.reviewed_on,
        review_due=pack.review_due,
        overdue=day > pack.review_due,
        text=" ".join(words).casefold(),
    )


def _line(name: str) -> set[str]:
    """The packs whose rules a pack takes over, directly or through another."""
    parents = set(packs()[name][0].extends)
    return parents.union(*(_line(parent) for parent in parents)) if parents else parents


def _elsewhere(
    rule: AnyRule, heirs: list[Pack], own: tuple[CitedArticle, ...], language: Language, day: date
) -> Iterator[Elsewhere]:
    """Where a pack that takes the rule over charges it under other articles or with another severity."""
    for heir in heirs:
        references = heir.recharged.get(rule.code, rule.citations)
        charged = [heir.charged_under.get(f"{r.law}:{r.article}:{r.paragraph}", r) for r in references]
        articles = tuple(dict.fromkeys(_cited(r, language, day) for r in charged if r is not None))
        severity = heir.adjusted.get(rule.code) or rule.severity
        if (articles, severity) != (own, rule.severity):
            yield Elsewhere(spoken(heir.title, language), articles, severity)


def _cited(reference: Reference, language: Language, day: date) -> CitedArticle:
    short = spoken(lawbook()[reference.law].short, language)
    anchor = f"{reference.law}.{reference.article}.{reference.paragraph}"
    label = f"{short} {reference_label(reference, language)}"
    penalties = tuple(penalty_words(one, language, short) for one in paragraph_of(reference, day)[1].penalties)
    return CitedArticle(reference.law, anchor, label, certainty_of(reference, day), penalties)


def _example(example: str | StatedExample) -> ExampleEntry:
    if isinstance(example, str):
        return ExampleEntry(example, "")
    return ExampleEntry(example.text, ", ".join(f"{name}={value}" for name, value in sorted(example.facts.items())))
