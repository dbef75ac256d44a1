"""Decides which strikes stand: permitted wording, exceptions, modality and stated facts are weighed here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compliance.facts import claims_permitted, states
from compliance.kinds import (
    before_after,
    claim,
    comparative,
    disclosure,
    endorsement,
    existence,
    impression,
    layout,
    numeric,
    pattern,
    phrase,
    required,
    stated,
    testimonial,
    together,
)
from compliance.kinds.strike import MOST_STRIKES, Ad, Strike
from compliance.rule_schema import AnyRule, ClaimRule
from compliance.rulebook import Permitted, PreparedRule, Rulebook
from compliance.understanding.modality import Modality, modality_of
from compliance.understanding.normal import NormalText
from compliance.wordhits import Hit, covers
from engine.vocabulary import PackRef, Severity

_NUTRIENT_REACH = 40
_KINDS: dict[str, Callable[[Any, Ad], Iterable[Strike]]] = {
    "before_after": before_after.strikes,
    "comparative": comparative.strikes,
    "disclosure": disclosure.strikes,
    "endorsement": endorsement.strikes,
    "existence": existence.strikes,
    "format": layout.strikes,
    "impression": impression.strikes,
    "numeric": numeric.strikes,
    "pattern": pattern.strikes,
    "phrase": phrase.strikes,
    "required": required.strikes,
    "stated": stated.strikes,
    "testimonial": testimonial.strikes,
    "together": together.strikes,
}


def _outermost_first(strike: Strike) -> tuple[int, int]:
    return strike.start, -strike.end


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
    """Every strike that stands, outermost first under one code, and every unmet condition of permitted wording.

    Lighter strikes inside a blocking one are left out: they tell the reviewer nothing more.
    """
    ad = Ad(text, book.index.find(text), facts)
    free, unmet = _weigh_permitted(book, ad, facts)
    allowed = sorted([*free, *(Hit(u.start, u.end) for u in unmet)])
    blocking: list[Standing] = []
    lighter: list[PreparedRule] = []
    for prepared in book.rules:
        if prepared.needs and prepared.needs.isdisjoint(ad.hits):
            continue
        if _eased(prepared.rule, facts) is Severity.BLOCK:
            blocking += _stand(prepared, Severity.BLOCK, ad, allowed, book)
        else:
            lighter.append(prepared)
    blocked = sorted(Hit(s.start, s.end) for s in blocking)
    standing = blocking
    for prepared in lighter:
        severity = _eased(prepared.rule, facts)
        if severity is not None:
            standing += [
                s for s in _stand(prepared, severity, ad, allowed, book) if not covers(blocked, s.start, s.end)
            ]
    standing.sort(key=lambda s: (s.start, s.end, s.rule.code))
    return standing, [u for u in unmet if not covers(blocked, u.start, u.end)]


def _eased(rule: AnyRule, facts: Mapping[str, Any]) -> Severity | None:
    """The severity the stated facts leave; None when they lift the rule."""
    if not rule.eased_by:
        return rule.severity
    left = [severity for fact, severity in rule.eased_by.items() if states(facts, fact)]
    if None in left:
        return None
    return max((rule.severity, *(severity for severity in left if severity)), key=lambda s: s.rank)


def _strikes(rule: AnyRule, ad: Ad, book: Rulebook) -> Iterable[Strike]:
    if isinstance(rule, ClaimRule):
        return claim.strikes(rule, ad, book.lists)
    return _KINDS[rule.kind](rule, ad)


def _stand(prepared: PreparedRule, severity: Severity, ad: Ad, allowed: list[Hit], book: Rulebook) -> list[Standing]:
    rule = prepared.rule
    struck = list(_strikes(rule, ad, book))
    if len(struck) > 1:
        struck.sort(key=_outermost_first)
    excepted = ad.hits.get(f"except:{rule.code}", ()) if struck else ()
    kept: list[Standing] = []
    for start, end, core in struck:
        if kept and end <= kept[-1].end:
            continue
        if rule.weighed and (
            covers(allowed, core.start, core.end)
            or covers(excepted, core.start, core.end)
            or modality_of(ad.text, start, end, mention=rule.mention) is not Modality.CLAIMS
        ):
            continue
        kept.append(Standing(rule, prepared.pack, start, end, severity))
        if len(kept) >= MOST_STRIKES:
            break
    return kept


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
