"""Decides which example a reviewer's decision proposes for a rule; a person puts it into the pack and commits it.

Nothing is written here. The same decision proposes the same text, without personal data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

import yaml

from compliance.findings import CopyItem, Screening
from compliance.personal_data.redaction import redact
from compliance.rule_schema import AnyRule, StatedExample
from compliance.rulebook import packs, products, rulebook
from compliance.screening import screen
from engine.errors import InputError
from engine.messages import Language, Message, render

Side = Literal["flag", "pass"]
SIDES: tuple[Side, ...] = ("flag", "pass")
LONGEST_EXAMPLE, LONGEST_REASON = 200, 300
_ENDS = re.compile(r"[。！？!?；;\n]")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer decided about an ad: the rule must flag it, or must let it pass, and why.

    ``words`` are those of the ad that the decision turns on; empty: those the rule found.
    """

    rule: str
    product: str
    text: str
    side: Side
    reason: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class ProposedExample:
    """An example for one side of a rule; ``strikes`` is whether the rule flags it today."""

    pack: str
    rule: str
    side: Side
    example: str
    reason: str
    strikes: bool

    @property
    def agrees(self) -> bool:
        """Whether the rule already does what the reviewer decided."""
        return self.strikes is (self.side == "flag")

    def snippet(self, language: Language) -> str:
        """The YAML to put into the pack, with where it goes and why as comments."""
        agreement = "agrees" if self.agrees else "differs"
        notes = (
            Message("compliance.learn.place", {"pack": self.pack, "rule": self.rule, "side": self.side}),
            Message("compliance.learn.reason", {"reason": self.reason}),
            Message(f"compliance.learn.{agreement}"),
            Message("compliance.learn.yours"),
        )
        comments = "".join(f"# {render(note, language)}\n" for note in notes)
        data = {"examples": {self.side: [self.example]}}
        return comments + yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=10_000)


def propose_example(decision: Decision) -> ProposedExample:
    """The example a decision comes to.

    Raises InputError for a rule that is not known or does not judge the product, words that are not in the ad, an ad
    too long to be an example without them, a decision without a reason, and an example the rule has already.
    """
    pack, rule = _rule(decision.rule)
    if decision.product not in products() or rule.code not in _codes(decision.product):
        raise InputError("compliance.learn.other_product", rule=rule.code, product=decision.product[:40])
    reason = " ".join(redact(decision.reason).split())[:LONGEST_REASON]
    if not reason:
        raise InputError("compliance.learn.no_reason")
    example = redact(" ".join(_excerpt(decision).split()))
    kept = rule.examples.flag if decision.side == "flag" else rule.examples.pass_
    if example in {one.text if isinstance(one, StatedExample) else one for one in kept}:
        raise InputError("compliance.learn.known", rule=rule.code)
    again = _screened(example, decision.product)
    strikes = any(finding.code == rule.code for finding in again.findings)
    return ProposedExample(pack, rule.code, decision.side, example, reason, strikes)


def _rule(code: str) -> tuple[str, AnyRule]:
    known = {rule.code: (name, rule) for name, (pack, _) in packs().items() for rule in pack.rules}
    if code not in known:
        near = ", ".join(get_close_matches(code, known, cutoff=0.4)) or "–"
        raise InputError("compliance.learn.unknown_rule", rule=code[:80], near=near)
    return known[code]


def _codes(product: str) -> set[str]:
    return {prepared.rule.code for prepared in rulebook(products()[product]).rules}


def _excerpt(decision: Decision) -> str:
    """The sentences of the ad that hold the words, or what the rule found; a short ad as a whole."""
    text = decision.text
    if decision.words:
        if decision.words not in text:
            raise InputError("compliance.learn.no_words", words=decision.words[:40])
        start = text.index(decision.words)
        return _fits(_sentences(text, start, start + len(decision.words)))
    found = [finding.span for finding in _screened(text, decision.product).findings if finding.code == decision.rule]
    if found:
        return _fits(_sentences(text, min(start for start, _ in found), max(end for _, end in found)))
    return _fits(text)


def _fits(excerpt: str) -> str:
    if len(excerpt) > LONGEST_EXAMPLE:
        raise InputError("compliance.learn.too_long", length=len(excerpt), limit=LONGEST_EXAMPLE)
    return excerpt


def _sentences(text: str, start: int, end: int) -> str:
    """The text from the beginning of the sentence at ``start`` to the end of the one at ``end``."""
    before = [mark.end() for mark in _ENDS.finditer(text, 0, start)]
    after = _ENDS.search(text, end)
    return text[before[-1] if before else 0 : after.end() if after else len(text)].strip()


def _screened(text: str, product: str) -> Screening:
    return screen([CopyItem("1", text, product)])[0]
