"""Decides how well food and cosmetic copy is judged, on reference data kept outside the repository.

Penalised cases up to December 2024 (113-12) and the official phrase lists were read while the packs were written; later
cases were not opened. Of the lawful texts one half, picked by the hash of its id, was read; the other was not.
Both are reported.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

from compliance.findings import CopyItem, Screening, Verdict
from compliance.screening import screen
from engine.vocabulary import Severity

Row = Mapping[str, Any]
PRODUCTS = ("food", "cosmetic")
BRUSHING = "（配合正確刷牙習慣）"
LAWS = {"food": "食品安全衛生管理法", "cosmetic": "化粧品衛生安全管理法"}


@dataclass(frozen=True, slots=True)
class Line:
    """One measured share; ``at_least`` or ``at_most`` is the line it must hold, None where it is only reported."""

    name: str
    hits: int
    of: int
    at_least: float | None = None
    at_most: float | None = None

    @property
    def share(self) -> float:
        """Hits by cases."""
        return self.hits / self.of if self.of else 0.0

    @property
    def holds(self) -> bool:
        """True when the measured share keeps to its line."""
        return (self.at_least is None or self.share >= self.at_least) and (
            self.at_most is None or self.share <= self.at_most
        )

    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval."""
        n, p, z = max(self.of, 1), self.share, 1.96
        centre, spread = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, (centre - spread) / (1 + z * z / n)), min(1.0, (centre + spread) / (1 + z * z / n))


def read(folder: Path, name: str) -> list[Row]:
    """The rows of a JSON-lines file."""
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]


def judge(text: str, product: str, facts: Mapping[str, Any] | None = None) -> Screening:
    """The screening of one text."""
    return screen([CopyItem("1", text, product, facts or {})])[0]


def is_found(result: Screening) -> bool:
    """True when a rule blocks or warns with a span."""
    return any(f.severity is not Severity.NOTE and not f.code.startswith("personal.") for f in result.findings)


def was_read(row: Row) -> bool:
    """True for what the authors of the packs had before them."""
    if "version" in row:
        return str(row["version"]).startswith(("case_113-", "case_111"))
    return int(hashlib.sha256(str(row["id"]).encode()).hexdigest(), 16) % 2 == 0


def count(name: str, rows: Iterable[Row], test: Callable[[Row], bool], **line: float) -> Line:
    """How many rows pass a test."""
    listed = list(rows)
    return Line(name, sum(test(row) for row in listed), len(listed), **line)


def penalised(phrases: list[Row]) -> Iterator[Line]:
    """Penalised ads found, read and held out; the charged law and the second paragraph named."""
    for product in PRODUCTS:
        ads = [
            r
            for r in phrases
            if r["product"] == product
            and r["granularity"] == "ad_excerpt"
            and r["label"] == "violation"
            and r.get("content_based") is not False
        ]
        results = {id(r): judge(r.get("clean") or r["text"], product) for r in ads}
        for kind, rows in (
            ("read", [r for r in ads if was_read(r)]),
            ("held out", [r for r in ads if not was_read(r)]),
        ):
            line = {"at_least": 0.95} if kind == "held out" else {}
            yield count(
                f"{product}: penalised ads found, {kind}", rows, lambda r, got=results: is_found(got[id(r)]), **line
            )
        law = LAWS[product]
        named = [r for r in ads if is_found(results[id(r)])]
        yield count(
            f"{product}: charged law named",
            named,
            lambda r, got=results, law=law: any(c.law == law for f in got[id(r)].findings for c in f.citations),
            at_least=0.95,
        )
        second = [r for r in phrases if r["product"] == product and r["label"] == "violation" and _second(r)]
        yield count(
            f"{product}: second paragraph named",
            second,
            lambda r, product=product: _names(judge(r.get("clean") or r["text"], product), "2"),
            at_least=0.70,
        )


def _second(row: Row) -> bool:
    return "-2項" in row["law"] and row.get("tier") == "A"


def _names(result: Screening, paragraph: str) -> bool:
    law = LAWS[result.item.product]
    return any(c.law == law and c.paragraph == paragraph for f in result.findings for c in f.citations)


def official(phrases: list[Row]) -> Iterator[Line]:
    """Official phrases as one-line ads: forbidden ones found, permitted ones let through."""
    for product in PRODUCTS:
        forbidden = [
            r
            for r in phrases
            if r["product"] == product
            and r["label"] == "violation"
            and r["granularity"] == "phrase"
            and r.get("tier") == "A"
        ]
        name = f"{product}: forbidden official phrases found"
        yield count(name, forbidden, lambda r, p=product: is_found(judge(r["text"], p)), at_least=0.97)
    allowed = [
        r
        for r in phrases
        if r["product"] in (*PRODUCTS, "health_food")
        and r["label"] == "allowed"
        and not r.get("superseded")
        and r["kind"] not in ("formerly_allowed", "mandatory_warning")
    ]
    yield count("permitted phrases blocked", allowed, lambda r: _permitted(r).verdict is Verdict.BLOCK, at_most=0.0)
    yield count("permitted phrases flagged", allowed, lambda r: _permitted(r).verdict is not Verdict.PASS, at_most=0.03)
    warnings = [r for r in phrases if r["kind"] == "mandatory_warning"]
    yield count(
        "mandatory warnings flagged",
        warnings,
        lambda r: judge(r["text"], "health_food").verdict is not Verdict.PASS,
        at_most=0.0,
    )


def _permitted(row: Row) -> Screening:
    """A permitted phrase with its condition met."""
    text, kind, facts = row["text"], row["kind"], {}
    if "刷牙" in row.get("condition", ""):
        text += BRUSHING
    if "nutrient" in kind:
        facts = {"nutrient_claim": "含量符合營養宣稱規定"}
    if kind == "allowed_with_evidence":
        facts = {"evidence": "客觀公正試驗數據"}
    if kind == "licensed_function":
        facts = {"licence_no": "衛部健食字第A00999號", "permitted_claim": text}
    return judge(text, row["product"], facts)


def lawful(texts: list[Row]) -> Iterator[Line]:
    """False alarms on lawful copy, ordinary and hard, read and not read."""
    mine = [r for r in texts if r["product"] in (*PRODUCTS, "health_food") and r["label"] == "allowed"]
    for hard, blocked, flagged in ((False, 0.005, 0.03), (True, 0.02, 0.08)):
        for kind in ("read", "held out"):
            rows = [r for r in mine if r["hard"] is hard and was_read(r) is (kind == "read")]
            name = f"lawful {'hard' if hard else 'ordinary'}, {kind}"
            results = {id(r): judge(r["text"], r["product"]) for r in rows}
            yield count(
                f"{name}: blocked", rows, lambda r, g=results: g[id(r)].verdict is Verdict.BLOCK, at_most=blocked
            )
            yield count(
                f"{name}: flagged", rows, lambda r, g=results: g[id(r)].verdict is not Verdict.PASS, at_most=flagged
            )


def pairs(rows: list[Row]) -> Iterator[Line]:
    """Minimal pairs in which food, health food or cosmetics are unlawful: both sides right. All were read."""
    mine = [r for r in rows if (r.get("unlawful_product") or r["product"]) in (*PRODUCTS, "health_food")]
    for kind, of_facts, line in (("words", False, 0.90), ("facts", True, 0.70)):
        listed = [r for r in mine if (r["trap"] == "fact") is of_facts]
        yield count(f"pairs that turn on {kind}: both sides right", listed, _both_right, at_least=line)


def _both_right(row: Row) -> bool:
    return is_found(_side(row, "unlawful")) and not is_found(_side(row, "lawful"))


def _side(row: Row, side: str) -> Screening:
    facts = {**(row.get("facts") or {}), **(row.get(f"{side}_facts") or {})}
    return judge(row[side], row.get(f"{side}_product") or row["product"], facts)
