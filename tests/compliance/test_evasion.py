"""Decides that twelve disguises of forbidden phrases lose next to none, and that padding changes no verdict."""

from collections.abc import Callable

import pytest

from compliance.findings import CopyItem, Verdict
from compliance.pack_schema import PhraseRule
from compliance.rulebook import packs
from compliance.screening import screen
from compliance.wordhits import spellings
from engine.vocabulary import Severity

MOST_LOST = 0.02


def between(mark: str) -> Callable[[str], str]:
    return mark.join


def in_the_middle(mark: str) -> Callable[[str], str]:
    return lambda word: word[: len(word) // 2] + mark + word[len(word) // 2 :]


def simplified(word: str) -> str:
    from opencc import OpenCC

    return str(OpenCC("t2s").convert(word))


DISGUISES: dict[str, Callable[[str], str]] = {
    "full stop in the middle": in_the_middle("."),
    "star in the middle": in_the_middle("*"),
    "hyphen in the middle": in_the_middle("-"),
    "emoji in the middle": in_the_middle("🔥"),
    "blank in the middle": in_the_middle(" "),
    "zero width between all": between("\u200b"),
    "blank between all": between(" "),
    "ideographic blank between all": between("\u3000"),
    "slash between all": between("/"),
    "list mark between all": between("、"),
    "direction mark between all": between("\u200f"),
    "simplified": simplified,
}
BLOCKING = [
    (pack.products[0], word)
    for pack, _ in packs().values()
    for rule in pack.rules
    if isinstance(rule, PhraseRule) and rule.severity is Severity.BLOCK and not rule.eased_by
    for term in rule.terms
    for word in spellings(term)[:2]
]


def found(words: list[tuple[str, str]], disguise: Callable[[str], str]) -> int:
    results = screen([CopyItem("1", disguise(word), product) for product, word in words])
    return sum(result.verdict is not Verdict.PASS for result in results)


@pytest.mark.parametrize("name", DISGUISES)
def test_disguise_loses_next_to_nothing(name: str) -> None:
    plain = found(BLOCKING, str)
    assert plain == len(BLOCKING)
    assert found(BLOCKING, DISGUISES[name]) >= plain * (1 - MOST_LOST)


@pytest.mark.parametrize("padding", ["…{}…", "{}…", "今天天氣真好。{}", "{}。買三送一，全館免運。"])
def test_padding_changes_no_verdict(padding: str) -> None:
    sample = BLOCKING[::7]
    bare = screen([CopyItem("1", word, product) for product, word in sample])
    padded = screen([CopyItem("1", padding.format(word), product) for product, word in sample])
    assert [r.verdict for r in bare] == [r.verdict for r in padded]


def test_a_fig_leaf_heals_nothing() -> None:
    [result] = screen([CopyItem("1", "本產品為食品，不具醫療效能。每天一包降血糖！", "food")])
    assert result.verdict is Verdict.BLOCK
