"""Decides that a reviewer's decision becomes an example for the right pack and rule, without personal data."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from compliance.learning import LONGEST_EXAMPLE, Decision, propose_example
from engine.errors import InputError

AD = "新鮮現做。每天一包，遠離痛風！歡迎來電"
DECISION = Decision("food.disease", "food", AD, "pass", "這句是書名，不是產品的功效")


def test_the_sentence_the_rule_found_is_proposed_for_its_pack() -> None:
    proposed = propose_example(DECISION)
    assert (proposed.pack, proposed.rule, proposed.example) == ("food", "food.disease", "每天一包，遠離痛風！")
    assert proposed.strikes and not proposed.agrees
    snippet = proposed.snippet("zh-TW")
    assert yaml.safe_load(snippet) == {"examples": {"pass": ["每天一包，遠離痛風！"]}}
    assert "compliance/packs/food.yaml" in snippet and "這句是書名" in snippet and "一併修改規則" in snippet
    assert snippet == propose_example(DECISION).snippet("zh-TW")


def test_the_words_named_by_the_reviewer_choose_the_sentence() -> None:
    proposed = propose_example(replace(DECISION, words="新鮮"))
    assert proposed.example == "新鮮現做。" and proposed.agrees


def test_what_the_rule_flags_already_agrees() -> None:
    assert propose_example(replace(DECISION, side="flag")).agrees


def test_a_rule_taken_over_is_proposed_for_the_pack_that_holds_it() -> None:
    assert propose_example(replace(DECISION, product="health_food")).pack == "food"


def test_no_personal_data_gets_into_a_proposal() -> None:
    text = "遠離痛風，請洽 0912-345-678"
    proposed = propose_example(replace(DECISION, text=text, reason="打 0987654321 問過\n廠商"))
    assert "0912" not in proposed.snippet("en") and "0987" not in proposed.snippet("en")
    assert proposed.reason == "打 [mobile] 問過 廠商"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"rule": "food.diseases"}, "compliance.learn.unknown_rule"),
        ({"product": "cosmetic"}, "compliance.learn.other_product"),
        ({"product": "cars"}, "compliance.learn.other_product"),
        ({"reason": " "}, "compliance.learn.no_reason"),
        ({"words": "不在文案裡"}, "compliance.learn.no_words"),
        ({"text": "字" * (LONGEST_EXAMPLE + 1)}, "compliance.learn.too_long"),
        ({"text": "每天一包，遠離糖尿病", "side": "flag"}, "compliance.learn.known"),
    ],
    ids=lambda one: one if isinstance(one, str) else "-".join(one),
)
def test_a_decision_that_cannot_become_an_example_is_told(changed: dict[str, str], code: str) -> None:
    with pytest.raises(InputError) as caught:
        propose_example(replace(DECISION, **changed))
    assert caught.value.message.id == code
