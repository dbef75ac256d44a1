"""Decides which permitted wording of a category lies nearest to words that may not run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from compliance.facts import health_food_licence, states
from compliance.findings import CopyFinding, CopyItem, Verdict
from compliance.placing import whole_text
from compliance.rewrites.parts import parts_of
from compliance.rulebook import Permitted, products, rulebook
from compliance.screening import screen
from compliance.understanding.normal import NormalText, fold
from compliance.understanding.respelling import normalise
from compliance.wordhits import spellings
from engine.packs import load_yaml, package_path

MOST_WORDINGS = 3
_TRIED = 12  # candidates that are screened for each finding
_REACH = 12  # characters beside a finding that may tell its topic
_MOST_SPELLINGS_OF_A_TERM = 40


@dataclass(frozen=True, slots=True)
class Wording:
    """Permitted words, their letters, what they are about, and how they are said in an ad."""

    said: str
    letters: str
    topics: frozenset[str]


@cache
def _table() -> Mapping[str, Any]:
    table: dict[str, Any] = load_yaml(package_path("compliance") / "rewrites" / "topics.yaml")
    return table


@cache
def _topic_letters() -> dict[str, tuple[str, ...]]:
    return {name: tuple(fold(word) for word in words) for name, words in _table()["topics"].items()}


def topics_of(letters: str) -> frozenset[str]:
    """The topics whose words stand in ``letters``."""
    return frozenset(name for name, words in _topic_letters().items() if any(word in letters for word in words))


def quotes_people(field: str) -> bool:
    """Whether a field of this name holds what people are said to have said."""
    return any(word in field.casefold() for word in _table()["quoting_fields"])


def nearest(item: CopyItem, finding: CopyFinding, known: Sequence[Wording], day: date) -> tuple[str, ...]:
    """Wording of ``known`` nearest to the words of ``finding``, nearest first; each screens clean on ``day``."""
    place = next(((part.text, at) for part in parts_of(item) if (at := part.place(finding))), None)
    if place is None:
        return ()
    text, (low, high) = place
    words = fold(text[low:high])
    if not words:
        return ()
    about = topics_of(words) or topics_of(fold(text[max(0, low - _REACH) : high + _REACH]))
    near = [one for one in known if _shared(one, about)]
    near = near or [one for one in known if _table()["fallback"] in one.topics]
    near.sort(key=lambda one: (-_shared(one, about), -_alike(one.letters, words), one.said))
    told: list[str] = []
    for one in near[:_TRIED]:
        if len(told) < MOST_WORDINGS and _is_clean(one.said, item, day):
            told.append(one.said)
    return tuple(told)


def _shared(one: Wording, about: frozenset[str]) -> float:
    return len(one.topics & about) / len(one.topics | about) if about else 0.0


def _alike(one: str, other: str) -> float:
    """Shared characters and pairs of characters, by Dice."""
    first, second = _grams(one), _grams(other)
    return 2 * sum((first & second).values()) / max(1, sum(first.values()) + sum(second.values()))


@lru_cache(maxsize=4096)
def _grams(letters: str) -> Counter[str]:
    return Counter([*letters, *(letters[at : at + 2] for at in range(len(letters) - 1))])


def offered(item: CopyItem) -> tuple[Wording, ...]:
    """The permitted wording of a product, as far as the ad and its facts meet the conditions."""
    return tuple(_offered(item))


def _offered(item: CopyItem) -> Iterator[Wording]:
    """What may be said of this product, as far as the ad and its facts meet the conditions."""
    name = products().get(item.product)
    if name is None:
        return
    licensed = health_food_licence(item.facts)
    claim = item.facts.get("permitted_claim")
    if licensed and isinstance(claim, str) and claim.strip():
        yield Wording(claim.strip(), fold(claim), topics_of(fold(claim)) | {_table()["fallback"]})
    book = rulebook("health_food" if name == "food" and licensed else name)
    whole = normalise(whole_text(item)[0])
    hits = book.index.find(whole)
    teeth = topics_of(whole.letters) & frozenset(_table()["noted_topics"])
    for group in book.permitted:
        before = _nutrient(whole, group, hits)
        if before is None or (group.phrases.fact and not states(item.facts, group.phrases.fact)):
            continue
        if _list_of(group) in _table()["needs_evidence"] and not states(item.facts, "evidence"):
            continue
        if group.phrases.wording and not teeth:
            continue
        after = f"（{group.phrases.wording[0]}）" if group.phrases.wording else ""
        for one in _spelled(group.phrases.phrases):
            yield Wording(f"{before}{one.said}{after}", one.letters, one.topics)


def _list_of(group: Permitted) -> str:
    return group.name.split(":")[1]


def _nutrient(text: NormalText, group: Permitted, hits: Mapping[str, Any]) -> str | None:
    """The nutrient as the ad names it, "" where none is asked for, None where the ad names none of them."""
    if not group.phrases.nutrients:
        return ""
    named = hits.get(f"{group.name}:nutrients")
    if not named:
        return None
    return "".join(text.original[slice(*text.span(named[0].start, named[0].end))].split())


@cache
def _spelled(terms: tuple[str, ...]) -> tuple[Wording, ...]:
    """Every wording of a group once, in its fuller spellings only."""
    words = [word for term in terms for word in spellings(term.replace("|)", ")"))[:_MOST_SPELLINGS_OF_A_TERM]]
    return tuple(Wording(word, fold(word), topics_of(fold(word))) for word in dict.fromkeys(words))


def _is_clean(words: str, item: CopyItem, day: date) -> bool:
    licence, claim = health_food_licence(item.facts), item.facts.get("permitted_claim")
    return _screens_clean(words, item.product, licence or "", str(claim) if licence and claim else "", day)


@lru_cache(maxsize=4096)
def _screens_clean(words: str, product: str, licence: str, claim: str, day: date) -> bool:
    facts = {"licence_no": licence, "permitted_claim": claim} if licence else {}
    [result] = screen([CopyItem("1", words, product, facts)], day)
    return result.verdict is Verdict.PASS
