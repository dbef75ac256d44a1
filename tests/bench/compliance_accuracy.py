"""Decides how well penalised ads, official phrases and lawful copy are judged, on data kept outside the repository."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from compliance.findings import Screening, Verdict
from engine.vocabulary import Severity
from tests.bench.compliance_rows import (
    Line,
    Row,
    count,
    is_found,
    is_noted,
    judge,
    names_a_law,
    was_read,
    wording,
)

NAMED = ("food", "cosmetic")
LAWS = {"food": "食品安全衛生管理法", "cosmetic": "化粧品衛生安全管理法"}
BRUSHING = "（配合正確刷牙習慣）"
# Words of the annexes that are judged by category: the words, the category, and whether they may run.
BY_CATEGORY = (
    ("美白肌膚", "cosmetic", True),
    ("美白肌膚", "food", False),
    ("美白肌膚", "pet_food", False),
    ("淡化皺紋", "cosmetic", True),
    ("淡化皺紋", "food", False),
    ("消除皺紋", "cosmetic", False),
    ("消除皺紋", "food", False),
    ("改善黑眼圈", "food", False),
    ("消除黑眼圈", "cosmetic", False),
    ("調節生理機能", "food", True),
    ("調節生理機能", "pet_food", False),
    ("調整體質", "food", True),
    ("促進新陳代謝", "food", True),
    ("幫助入睡", "food", True),
    ("治療失眠", "food", False),
    ("治療失眠", "cosmetic", False),
    ("治療失眠", "general", False),
    ("降血壓", "health_food", False),
    ("降血壓", "general", False),
    ("降血壓", "pet_food", False),
    ("根治香港腳", "drug", False),
    ("人畜無害", "environmental_agent", False),
)


def penalised(phrases: Sequence[Row]) -> Iterator[Line]:
    """Penalised ads found, read and held out; the charged law named; anything said of them at all."""
    ads = [
        r
        for r in phrases
        if r["label"] == "violation" and r["granularity"] != "phrase" and r.get("content_based") is not False
    ]
    excerpts = [r for r in ads if r["granularity"] == "ad_excerpt"]
    results = {id(r): judge(wording(r), r["product"]) for r in ads}
    for product in NAMED:
        yield from _found(product, [r for r in excerpts if r["product"] == product], results, 0.95)
    rest = [r for r in ads if r["product"] not in NAMED]
    yield from _found("the rest", [r for r in rest if not r.get("fact_dependent")], results, 0.90)
    yield from _found("the rest, untrue on the facts only", [r for r in rest if r.get("fact_dependent")], results, None)
    for product in sorted({r["product"] for r in ads} - set(NAMED)):
        rows = [r for r in ads if r["product"] == product]
        yield count(f"  of these {product}", rows, lambda r: is_found(results[id(r)]))
    yield count("penalised ads flagged at all", excerpts, lambda r: is_noted(results[id(r)]), at_least=0.99)
    for name, rows in (
        *((product, [r for r in excerpts if r["product"] == product]) for product in NAMED),
        ("the rest", [r for r in ads if r["product"] not in NAMED]),
    ):
        found = [r for r in rows if is_found(results[id(r)])]
        yield count(f"{name}: charged law named", found, lambda r: names_a_law(results[id(r)], r), at_least=0.95)
    unapproved = [r for r in phrases if r.get("content_based") is False]
    yield count(
        "ads charged for a missing approval found", unapproved, lambda r: is_found(judge(wording(r), r["product"]))
    )


def _found(name: str, rows: list[Row], results: dict[int, Screening], least: float | None) -> Iterator[Line]:
    read = [r for r in rows if was_read(r)]
    yield count(f"{name}: penalised ads found, read", read, lambda r: is_found(results[id(r)]))
    held_out = [r for r in rows if not was_read(r)]
    yield count(f"{name}: penalised ads found, held out", held_out, lambda r: is_found(results[id(r)]), at_least=least)


def paragraphs(phrases: Sequence[Row]) -> Iterator[Line]:
    """The second paragraph named, and first against second as a macro-F1 (hits of the two halves it averages).

    The paragraph chosen for an ad is the one that most of its findings stand on: a long ad with one word of medicine is
    charged as exaggerated.
    """
    for product in NAMED:
        rows = [
            r
            for r in phrases
            if r["product"] == product and r["label"] == "violation" and ("-1項" in r["law"] or "-2項" in r["law"])
        ]
        second = [r for r in rows if "-2項" in r["law"] and r.get("tier") == "A"]
        yield count(f"{product}: second paragraph named", second, lambda r: _stand(r)["2"] > 0, at_least=0.70)
        yield count(f"{product}: second paragraph chosen", second, lambda r: _chosen(r) == "2", at_least=0.70)
        listed = [r for r in rows if r["granularity"] == "ad_excerpt" or r.get("tier") == "A"]
        charged = ["2" if "-2項" in r["law"] else "1" for r in listed]
        said = [_chosen(r) for r in listed]
        for paragraph in ("1", "2"):
            right = sum(c == s == paragraph for c, s in zip(charged, said, strict=True))
            both = charged.count(paragraph) + said.count(paragraph)
            yield Line(f"{product}: F1 of paragraph {paragraph} (2 x right of both)", 2 * right, both)


def macro_f1(lines: Sequence[Line]) -> dict[str, float]:
    """Product -> mean of its two F1 lines."""
    shares: dict[str, list[float]] = {}
    for line in lines:
        if ": F1 of paragraph" in line.name:
            shares.setdefault(line.name.split(":")[0], []).append(line.share)
    return {product: sum(values) / len(values) for product, values in shares.items()}


def _stand(row: Row) -> Counter[str]:
    """How many findings stand on each paragraph of the act; only blocking ones count for the second."""
    law = LAWS[row["product"]]
    found = judge(wording(row), row["product"]).findings
    return Counter(
        c.paragraph
        for f in found
        for c in f.citations
        if c.law == law and (c.paragraph == "1" or f.severity is Severity.BLOCK)
    )


def _chosen(row: Row) -> str:
    stand = _stand(row)
    return "2" if stand["2"] and stand["2"] >= stand["1"] else "1"


def official(phrases: Sequence[Row]) -> Iterator[Line]:
    """Official phrases as one-line ads: forbidden ones found, permitted ones let through."""
    forbidden = [r for r in phrases if r["label"] == "violation" and r["granularity"] == "phrase"]
    for product in NAMED:
        rows = [r for r in forbidden if r["product"] == product and r.get("tier") == "A" and was_read(r)]
        name = f"{product}: forbidden official phrases found"
        yield count(name, rows, lambda r: is_found(judge(r["text"], r["product"])), at_least=0.97)
    rest = [r for r in forbidden if r["product"] not in NAMED]
    for name, rows, line in (
        ("the rest: forbidden phrases found, read", [r for r in rest if was_read(r)], {"at_least": 0.97}),
        ("the rest: forbidden phrases found, held out", [r for r in rest if not was_read(r)], {}),
    ):
        yield count(name, rows, lambda r: is_found(judge(r["text"], r["product"])), **line)
    allowed = [
        r
        for r in phrases
        if r["label"] == "allowed"
        and not r.get("superseded")
        and r["kind"] not in ("formerly_allowed", "mandatory_warning", "required_warning")
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
    alike = [{"text": text, "product": product, "runs": runs} for text, product, runs in BY_CATEGORY]
    yield count(
        "the same words judged by category",
        alike,
        lambda r: (judge(r["text"], r["product"]).verdict is Verdict.PASS) is r["runs"],
        at_least=1.0,
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


def lawful(texts: Sequence[Row]) -> Iterator[Line]:
    """False alarms on lawful copy of every product, ordinary and hard, read and not read."""
    allowed = [r for r in texts if r["label"] == "allowed"]
    for hard, blocked, flagged in ((False, 0.005, 0.03), (True, 0.02, 0.08)):
        for kind in ("read", "held out"):
            rows = [r for r in allowed if r["hard"] is hard and was_read(r) is (kind == "read")]
            name = f"lawful {'hard' if hard else 'ordinary'}, {kind}"
            results = {id(r): judge(r["text"], r["product"]) for r in rows}
            yield count(
                f"{name}: blocked", rows, lambda r, g=results: g[id(r)].verdict is Verdict.BLOCK, at_most=blocked
            )
            yield count(
                f"{name}: flagged", rows, lambda r, g=results: g[id(r)].verdict is not Verdict.PASS, at_most=flagged
            )
