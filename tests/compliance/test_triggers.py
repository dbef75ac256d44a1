"""Decides that no pattern waits for a word it does not hold: what is drawn from it holds one of its ``when`` words."""

import random
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from compliance.rule_schema import NumericRule, PatternRule
from compliance.rulebook import packs
from compliance.understanding.normal import fold

DRAWS, FILLING = 60, "甲乙丙丁"
RULES = [
    pytest.param(rule, id=rule.code)
    for pack, _ in packs().values()
    for rule in pack.rules
    if isinstance(rule, PatternRule | NumericRule)
]


def drawn(parts: Any, dice: random.Random) -> str:
    """A text that the parsed pattern matches, its lookarounds aside; what may be any letter is filling."""
    return "".join(_drawn(str(kind), value, dice) for kind, value in parts)


def _drawn(kind: str, value: Any, dice: random.Random) -> str:
    match kind:
        case "LITERAL":
            return chr(value)
        case "BRANCH":
            return drawn(dice.choice(value[1]), dice)
        case "SUBPATTERN":
            return drawn(value[3], dice)
        case "MAX_REPEAT":
            least, most, inner = value
            return "".join(drawn(inner, dice) for _ in range(dice.randint(least, min(most, least + 2))))
        case "IN":
            chosen, inner = dice.choice(value)
            return _drawn(str(chosen), inner, dice)
        case "RANGE":
            return chr(value[0])
        case "CATEGORY":
            return "7"
        case "ANY" | "NOT_LITERAL" | "NEGATE":
            return dice.choice(FILLING)
    assert kind.startswith(("ASSERT", "AT")), kind
    return ""


@pytest.mark.parametrize("rule", RULES)
def test_every_match_holds_a_word_the_rule_waits_for(rule: PatternRule | NumericRule) -> None:
    dice = random.Random(11)
    waited = [fold(word) for word in rule.when]
    missed = {
        text
        for parsed in map(parser.parse, rule.patterns)
        for text in (drawn(parsed, dice) for _ in range(DRAWS))
        if not any(word in fold(text) for word in waited)
    }
    assert missed == set()
