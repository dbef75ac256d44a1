"""Decides that twelve disguises of forbidden phrases lose next to none, and that padding changes no verdict."""

from collections.abc import Callable

import pytest

from compliance.findings import CopyItem, Verdict
from compliance.rule_schema import PhraseRule
from compliance.rulebook import packs
from compliance.screening import screen
from compliance.wordhits import spellings
from engine.vocabulary import Severity
from tests.compliance.disguises import DISGUISES, PADDINGS

MOST_LOST = 0.02


BLOCKING = [
    (pack.products[0], word)
    for pack, _ in packs().values()
    if pack.products
    for rule in pack.rules
    if isinstance(rule, PhraseRule) and rule.severity is Severity.BLOCK and not rule.eased_by
    for term in rule.terms
    for word in spellings(term)[:2]
]


def found(words: list[tuple[str, str]], disguise: Callable[[str], str]) -> int:
    results = screen([CopyItem("1", disguise(word), product) for product, word in words])
    return sum(result.verdict is not Verdict.PASS for result in results)


@pytest.fixture(scope="module")
def plain() -> int:
    """How many words are found as they are."""
    return found(BLOCKING, str)


@pytest.mark.parametrize("name", DISGUISES)
def test_disguise_loses_next_to_nothing(name: str, plain: int) -> None:
    assert plain == len(BLOCKING)
    assert found(BLOCKING, DISGUISES[name]) >= plain * (1 - MOST_LOST)


@pytest.mark.parametrize("padding", PADDINGS)
def test_padding_changes_no_verdict(padding: str) -> None:
    sample = BLOCKING[::7]
    bare = screen([CopyItem("1", word, product) for product, word in sample])
    padded = screen([CopyItem("1", padding.format(word), product) for product, word in sample])
    assert [r.verdict for r in bare] == [r.verdict for r in padded]


def test_a_fig_leaf_heals_nothing() -> None:
    [result] = screen([CopyItem("1", "本產品為食品，不具醫療效能。每天一包降血糖！", "food")])
    assert result.verdict is Verdict.BLOCK
