"""Decides that every rule flags its own examples, passes the others, and stands on articles we hold."""

import pytest

from compliance.findings import CopyItem
from compliance.rule_base import StatedExample
from compliance.rule_schema import AnyRule
from compliance.rulebook import packs, permitted_lists, products, rulebook
from compliance.screening import screen
from engine.vocabulary import Severity


def screened_as(name: str) -> str:
    """A product whose pack holds the rules of ``name``: its own, general goods, or the first that takes them over."""
    own = packs()[name][0].products
    heirs = [heir for heir, (pack, _) in packs().items() if name in pack.extends]
    return own[0] if own else screened_as("general" if "general" in heirs else heirs[0])


RULES = [
    pytest.param(screened_as(name), rule, id=rule.code) for name, (pack, _) in packs().items() for rule in pack.rules
]


def codes_found(product: str, example: str | StatedExample) -> dict[str, Severity]:
    text, facts = (example, {}) if isinstance(example, str) else (example.text, example.facts)
    [result] = screen([CopyItem("1", text, product, facts)])
    return {finding.code: finding.severity for finding in result.findings if finding.source == "rule"}


@pytest.mark.parametrize(("product", "rule"), RULES)
def test_rule_flags_its_examples(product: str, rule: AnyRule) -> None:
    missed = [example for example in rule.examples.flag if rule.code not in codes_found(product, example)]
    assert missed == []


@pytest.mark.parametrize(("product", "rule"), RULES)
def test_rule_passes_its_examples(product: str, rule: AnyRule) -> None:
    flagged = {str(example): found for example in rule.examples.pass_ if (found := codes_found(product, example))}
    assert {example: f for example, f in flagged.items() if set(f.values()) != {Severity.NOTE}} == {}


def test_every_pack_compiles_and_covers_a_category() -> None:
    for name, (pack, _) in packs().items():
        assert rulebook(name).index.size > 0
        assert all(products()[product] == name for product in pack.products)


def test_codes_name_one_rule_each() -> None:
    codes = [rule.code for pack, _ in packs().values() for rule in pack.rules]
    assert sorted(codes) == sorted(set(codes))


def test_packs_are_reviewed_before_they_are_due() -> None:
    for pack, _ in packs().values():
        assert pack.reviewed_on < pack.review_due


def test_permitted_phrases_are_never_blocked() -> None:
    from compliance.wordhits import spellings

    product = {"food_annex_1": "food", "food_annex_2": "food"}
    for name, permitted in permitted_lists().items():
        for group in permitted.groups:
            facts = {"nutrient_claim": "符合含量標準", "evidence": "產品資訊檔案"}
            for phrase in (word for term in group.phrases for word in spellings(term)):
                [result] = screen(
                    [CopyItem("1", phrase + "（配合正確刷牙習慣）", product.get(name, "cosmetic"), facts)]
                )
                assert result.verdict.value == "pass", (phrase, [f.code for f in result.findings])
