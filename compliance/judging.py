"""Decides which strikes stand: permitted wording, exceptions, modality and stated facts are weighed here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compliance.facts import claims_permitted, states
from compliance.kinds import claim, pattern, phrase, stated, together
from compliance.kinds.strike import MOST_STRIKES, Ad, Strike
from compliance.pack_schema import AnyRule, ClaimRule, PatternRule, PhraseRule, StatedRule, TogetherRule
from compliance.rulebook import Permitted, Rulebook
from compliance.understanding.modality import Modality, modality_of
from compliance.understanding.normal import NormalText
from compliance.wordhits import Hit, covers
from engine.vocabulary import PackRef, Severity

_NUTRIENT_REACH = 40


@dataclass(frozen=True, slots=True)
class Standing:
    """A strike that stands, with the severity the facts leave it."""

    rule: AnyRule
    pack: PackRef
    start: int
    end: int
    severity: Severity


@dataclass(frozen=True, slots=True)
class Unmet:
    """Permitted wording whose condition is not met in this ad."""

    group: Permitted
    start: int
    end: int


def judge(book: Rulebook, text: NormalText, facts: Mapping[str, Any]) -> tuple[list[Standing], list[Unmet]]:
    """Every strike that stands, longest first where they overlap under one code, and every unmet condition."""
    ad = Ad(text, book.index.find(text), facts)
    free, unmet = _weigh_permitted(book, ad, facts)
    allowed = sorted([*free, *(Hit(u.start, u.end) for u in unmet)])
    standing: list[Standing] = []
    for prepared in book.rules:
        if prepared.needs.isdisjoint(ad.hits):
            continue
        rule, pack = prepared.rule, prepared.pack
        severity = _eased(rule, facts)
        if severity is None:
            continue
        kept = _outermost(_stand(rule, ad, allowed, book))
        standing.extend(Standing(rule, pack, s.start, s.end, severity) for s in kept)
    standing = _heaviest(standing)
    standing.sort(key=lambda s: (s.start, s.end, s.rule.code))
    blocked = sorted(Hit(s.start, s.end) for s in standing if s.severity is Severity.BLOCK)
    return standing, [u for u in unmet if not covers(blocked, u.start, u.end)]


def _eased(rule: AnyRule, facts: Mapping[str, Any]) -> Severity | None:
    """The severity the stated facts leave; None when they lift the rule."""
    left = [severity for fact, severity in rule.eased_by.items() if states(facts, fact)]
    if None in left:
        return None
    return max((rule.severity, *(severity for severity in left if severity)), key=lambda s: s.rank)


def _strikes(rule: AnyRule, ad: Ad, book: Rulebook) -> Iterable[Strike]:
    match rule:
        case PhraseRule():
            return phrase.strikes(rule, ad)
        case ClaimRule():
            return claim.strikes(rule, ad, book.lists)
        case PatternRule():
            return pattern.strikes(rule, ad)
        case TogetherRule():
            return together.strikes(rule, ad)
        case StatedRule():
            return stated.strikes(rule, ad)


def _stand(rule: AnyRule, ad: Ad, allowed: list[Hit], book: Rulebook) -> Iterator[Strike]:
    excepted = ad.hits.get(f"except:{rule.code}", ())
    count = 0
    for strike in _strikes(rule, ad, book):
        if covers(allowed, strike.core.start, strike.core.end) or covers(excepted, strike.core.start, strike.core.end):
            continue
        if modality_of(ad.text, strike.start, strike.end, mention=rule.mention) is not Modality.CLAIMS:
            continue
        yield strike
        count += 1
        if count >= MOST_STRIKES:
            return


def _outermost(strikes: Iterable[Strike]) -> list[Strike]:
    """Strikes not inside another one of the same rule."""
    kept: list[Strike] = []
    for strike in sorted(strikes, key=lambda s: (s.start, -s.end)):
        if not kept or strike.end > kept[-1].end:
            kept.append(strike)
    return kept


def _heaviest(standing: list[Standing]) -> list[Standing]:
    """Without the lighter strikes that lie inside a blocking one: they tell the reviewer nothing more."""
    blocked = sorted(Hit(s.start, s.end) for s in standing if s.severity is Severity.BLOCK)
    return [s for s in standing if s.severity is Severity.BLOCK or not covers(blocked, s.start, s.end)]


def _weigh_permitted(book: Rulebook, ad: Ad, facts: Mapping[str, Any]) -> tuple[list[Hit], list[Unmet]]:
    free = list(claims_permitted(ad.text, facts))
    unmet: list[Unmet] = []
    for group in book.permitted:
        for hit in ad.hits.get(group.name, ()):
            if _condition_met(group, hit, ad, facts):
                free.append(hit)
            else:
                unmet.append(Unmet(group, hit.start, hit.end))
    free.sort()
    spans = sorted({Hit(u.start, u.end) for u in unmet})
    inner = {hit for hit in spans if covers([other for other in spans if other != hit], hit.start, hit.end)}
    return free, [u for u in unmet if not covers(free, u.start, u.end) and Hit(u.start, u.end) not in inner]


def _condition_met(group: Permitted, hit: Hit, ad: Ad, facts: Mapping[str, Any]) -> bool:
    phrases = group.phrases
    if phrases.fact and states(facts, phrases.fact):
        return True
    if phrases.nutrients:
        return states(facts, "nutrient_claim") or _nutrient_beside(group, hit, ad)
    if phrases.wording:
        return bool(ad.hits.get(f"{group.name}:wording"))
    return phrases.fact is None


def _nutrient_beside(group: Permitted, hit: Hit, ad: Ad) -> bool:
    nutrients = ad.hits.get(f"{group.name}:nutrients", ())
    return any(hit.start - _NUTRIENT_REACH <= n.end and n.start <= hit.end + _NUTRIENT_REACH for n in nutrients)
