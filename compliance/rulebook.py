"""Decides which rules apply to a product category: packs, word lists and permitted wording, compiled once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from compliance.lawbook import Reference
from compliance.pack_schema import (
    Lexicon,
    Pack,
    PermittedList,
    PermittedPhrases,
    WordList,
)
from compliance.rule_schema import AnyRule
from compliance.wordhits import WordIndex
from engine.errors import PackError
from engine.packs import load_packs, package_path
from engine.vocabulary import PackRef


@dataclass(frozen=True, slots=True)
class Permitted:
    """A group of permitted phrases under the name its hits carry."""

    name: str
    phrases: PermittedPhrases
    basis: Reference


@dataclass(frozen=True, slots=True)
class PreparedRule:
    """A rule with its pack, and the lists of which one must occur before it can strike; none: it always can."""

    rule: AnyRule
    pack: PackRef
    needs: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """All that is needed to screen one product category."""

    name: str
    rules: tuple[PreparedRule, ...]
    lists: Mapping[str, WordList]
    permitted: tuple[Permitted, ...]
    charged_under: Mapping[str, Reference | None]
    recharged: Mapping[str, tuple[Reference, ...]]
    review_due: date
    index: WordIndex


@cache
def packs() -> dict[str, tuple[Pack, PackRef]]:
    """Every pack by file name."""
    return load_packs(package_path("compliance") / "packs", Pack)


@cache
def word_lists() -> dict[str, WordList]:
    """Every word list of ``lexicon/*.yaml`` by name."""
    lists: dict[str, WordList] = {}
    for name, (lexicon, _) in load_packs(package_path("compliance") / "lexicon", Lexicon).items():
        for list_name, words in lexicon.lists.items():
            if list_name in lists:
                raise PackError("compliance.pack.twice", name=list_name, file=name)
            lists[list_name] = words
    return lists


@cache
def permitted_lists() -> dict[str, PermittedList]:
    """Every annex of permitted wording by file name."""
    found = load_packs(package_path("compliance") / "permitted", PermittedList)
    return {name: permitted for name, (permitted, _) in found.items()}


@cache
def products() -> dict[str, str]:
    """Product category -> pack that covers it."""
    return {product: name for name, (pack, _) in packs().items() for product in pack.products}


@cache
def rulebook(name: str) -> Rulebook:
    """The compiled rules of a pack. Raises PackError for a list that does not exist."""
    pack = packs()[name][0]
    rules = tuple(_inherited(name, {}))
    permitted = tuple(
        Permitted(f"permitted:{listed}:{number}", group, _permitted(name, listed).basis)
        for listed in pack.permitted
        for number, group in enumerate(_permitted(name, listed).groups)
    )
    lists = {listed: _word_list(name, listed) for rule, _ in rules for listed in rule.shared_lists()}
    index = WordIndex(_all_terms(rules, lists, permitted))
    prepared = tuple(PreparedRule(rule, ref, frozenset(rule.looked_for())) for rule, ref in rules)
    return Rulebook(name, prepared, lists, permitted, pack.charged_under, pack.recharged, pack.review_due, index)


def _inherited(name: str, seen: dict[str, None]) -> Iterator[tuple[AnyRule, PackRef]]:
    """The rules of a pack and of those it extends, each once, as the pack nearest to the product adjusts them."""
    pack, ref = packs()[name]
    seen[name] = None
    for rule in pack.rules:
        yield rule, ref
    for parent in pack.extends:
        if parent in seen:
            continue
        for rule, origin in _inherited(parent, seen):
            severity = pack.adjusted.get(rule.code, rule.severity)
            if severity is not None:
                yield rule if severity is rule.severity else rule.model_copy(update={"severity": severity}), origin


def _all_terms(
    rules: tuple[tuple[AnyRule, PackRef], ...], lists: Mapping[str, WordList], permitted: tuple[Permitted, ...]
) -> dict[str, tuple[str, ...]]:
    terms = {name: words.terms for name, words in lists.items()}
    for rule, _ in rules:
        terms |= rule.own_terms()
        if rule.exceptions:
            terms[f"except:{rule.code}"] = rule.exceptions
    for group in permitted:
        terms[group.name] = group.phrases.phrases
        if group.phrases.nutrients:
            terms[f"{group.name}:nutrients"] = group.phrases.nutrients
        if group.phrases.wording:
            terms[f"{group.name}:wording"] = group.phrases.wording
    return terms


def _word_list(pack: str, name: str) -> WordList:
    if name not in word_lists():
        raise PackError("compliance.pack.unknown_list", pack=pack, list=name)
    return word_lists()[name]


def _permitted(pack: str, name: str) -> PermittedList:
    if name not in permitted_lists():
        raise PackError("compliance.pack.unknown_list", pack=pack, list=name)
    return permitted_lists()[name]
