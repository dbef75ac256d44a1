"""Decides what the classifier learns from: penalised and lawful copy, read with what gives them away taken off.

98 % of quoted penalised ads hold an ellipsis, notes of the officials or quotation marks, lawful copy hardly ever. Only
letters are kept of either side, and officials' notes are left out before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex

from compliance.impression.sentences import marked
from compliance.rule_schema import StatedExample
from compliance.rulebook import packs, permitted_lists
from compliance.understanding.respelling import normalise
from compliance.wordhits import spellings
from engine.packs import load_yaml

_NOTES = regex.compile(r"[（(](?:佐|附|圖|影片|標題|商品圖|照片|字幕|內文|旁白|畫面)[^（()）]{0,40}[）)]|[（(]略[）)]")
_APART = regex.compile(r"…+|\.{3,}|\.{2}|⋯+|[「」『』“”\"]")


@dataclass(frozen=True, slots=True)
class Example:
    """A text in its category: ``case`` keeps what belongs together in one fold; ``whole`` is an ad, not a phrase.

    ``ordinary``: lawful copy without a word that a naive list would flag.
    """

    letters: str
    product: str
    unlawful: bool
    case: str
    whole: bool
    ordinary: bool = False


def stripped(text: str) -> str:
    """The letters that are kept of a quoted text, with a mark between sentences."""
    return marked(normalise(_APART.sub("", _NOTES.sub("", text))))


def reference_examples(folder: Path) -> Iterator[Example]:
    """Penalised and lawful texts of the reference collection in ``folder``."""
    for row in _rows(folder / "phrases.jsonl"):
        if row.get("content_based") is False or row.get("fact_dependent") or row.get("superseded"):
            continue
        text = str(row.get("clean") or row["text"])
        case = str(row.get("case") or row["id"])
        unlawful = row["label"] == "violation"
        yield Example(stripped(text), row["product"], unlawful, case, unlawful and row["granularity"] != "phrase")
    for row in _rows(folder / "lawful.jsonl"):
        if row["label"] == "allowed":
            yield Example(stripped(row["text"]), row["product"], False, str(row["id"]), True, not row["hard"])


def own_examples(cases: Path) -> Iterator[Example]:
    """Copy of the project's own writing in ``cases``, examples of the packs, and permitted wording."""
    for path in sorted(cases.glob("*lawful_*.yaml")):
        side, _, product = path.stem.partition("_")
        for number, ad in enumerate(load_yaml(path)["ads"]):
            text = ad if isinstance(ad, str) else ad["text"]
            yield Example(stripped(text), product, side == "unlawful", f"{path.stem}#{number}", True)
    for name, (pack, _) in packs().items():
        for product in pack.products:
            for rule in pack.rules:
                for unlawful, texts in ((True, rule.examples.flag), (False, rule.examples.pass_)):
                    plain = [text for text in texts if not isinstance(text, StatedExample)]
                    for text in plain:
                        yield Example(stripped(text), product, unlawful, f"{name}:{rule.code}", False)
            for listed in pack.permitted:
                for group in permitted_lists()[listed].groups:
                    for term in group.phrases:
                        for text in spellings(term):
                            yield Example(stripped(text), product, False, f"{listed}:{term}", False)


def distinct(examples: Sequence[Example]) -> list[Example]:
    """Every text of a category once; texts that stand on both sides, and empty ones, are left out."""
    sides: dict[tuple[str, str], set[bool]] = {}
    for one in examples:
        sides.setdefault((one.letters, one.product), set()).add(one.unlawful)
    kept: dict[tuple[str, str], Example] = {}
    for one in sorted(examples, key=lambda e: not e.whole):
        key = (one.letters, one.product)
        if one.letters and len(sides[key]) == 1:
            kept.setdefault(key, one)
    return sorted(kept.values(), key=lambda e: (e.product, e.unlawful, e.case, e.letters))


def digest(examples: Sequence[Example]) -> str:
    """The hash of a training set, from which nothing can be read back."""
    whole = hashlib.sha256()
    for one in examples:
        whole.update(f"{one.product}\t{one.unlawful}\t{one.case}\t{one.letters}\n".encode())
    return whole.hexdigest()


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        yield row
