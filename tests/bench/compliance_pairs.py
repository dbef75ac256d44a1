"""Decides how well minimal pairs, copy of our own writing, disguises and padding are judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from compliance.findings import CopyItem, Screening, Verdict
from compliance.screening import screen
from engine.vocabulary import Severity
from tests.bench.compliance_rows import Line, Row, count, is_found, judge, was_read, wording
from tests.compliance.disguises import DISGUISES, PADDINGS

CASES = Path(__file__).parents[1] / "cases" / "compliance"
WHOLE_AD = 0.8
JOINED = (0, 7, 17, 29)


def pairs(rows: Sequence[Row]) -> Iterator[Line]:
    """Minimal pairs: both sides right, and the finding on the words that make the difference. All were read."""
    for kind, of_facts, line in (("words", False, 0.90), ("facts", True, 0.70)):
        listed = [r for r in rows if (r["trap"] == "fact") is of_facts]
        yield count(f"pairs that turn on {kind}: both sides right", listed, _both_right, at_least=line)
    yield count("pairs: both sides right", rows, _both_right, at_least=0.90)
    marked = [r for r in rows if r["changed"]]
    yield count("pairs: a finding lies on the changed words", marked, lambda r: any(_met(r)), at_least=0.90)
    met = [hit for r in marked for hit in _met(r)]
    yield Line("pairs: changed words with a finding on them", sum(met), len(met))


def side(row: Row, name: str) -> Screening:
    """The screening of the unlawful or the lawful side with its facts."""
    facts = {**(row.get("facts") or {}), **(row.get(f"{name}_facts") or {})}
    return judge(row[name], row.get(f"{name}_product") or row["product"], facts)


def _both_right(row: Row) -> bool:
    return is_found(side(row, "unlawful")) and not is_found(side(row, "lawful"))


def _met(row: Row) -> list[bool]:
    """For each of the changed words whether a finding that is not the whole ad touches them."""
    text = row["unlawful"]
    spans = [f.span for f in side(row, "unlawful").findings if f.severity is not Severity.NOTE]
    spans = [(low, high) for low, high in spans if high - low < WHOLE_AD * len(text)]
    places = [(at, at + len(words)) for words in row["changed"] if (at := text.find(words)) >= 0]
    return [any(low < end and start < high for low, high in spans) for start, end in places]


def own_copy() -> Iterator[Line]:
    """Copy of our own writing: lawful ads of a sentence or two, and as many of four, as long as penalised excerpts."""
    for path in sorted(CASES.glob("lawful_*.yaml")):
        product = path.stem.removeprefix("lawful_")
        results = [judge(text, product, facts) for text, facts in lawful_ads(path)]
        for name, wrong, most in (("blocked", Verdict.BLOCK, 0.005), ("flagged", Verdict.REVIEW, 0.03)):
            bad = sum(r.verdict in (wrong, Verdict.BLOCK) for r in results)
            yield Line(f"own lawful copy, {product}: {name}", bad, len(results), at_most=most)
    for path in sorted(CASES.glob("unlawful_*.yaml")):
        product = path.stem.removeprefix("unlawful_")
        found = [is_found(judge(ad["text"], product, ad.get("facts"))) for ad in _loaded(path)["ads"]]
        yield Line(f"own unlawful copy, {product}: found", sum(found), len(found), at_least=0.95)


def lawful_ads(path: Path) -> list[tuple[str, Row]]:
    """The ads of a file with its closing (warning, licence number) and facts, then as many of four ads joined."""
    data = _loaded(path)
    ads, closing, facts = data["ads"], data.get("closing", ""), data.get("facts", {})
    joined = ["".join(ads[(n + step) % len(ads)] for step in JOINED) for n in range(len(ads))]
    return [(f"{text}{closing}", facts) for text in (*ads, *joined)]


def _loaded(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def evasion(phrases: Sequence[Row]) -> Iterator[Line]:
    """Every forbidden phrase that is found plain, in twelve disguises: the share still found under each."""
    items = [
        (r["text"], r["product"])
        for r in phrases
        if r["label"] == "violation" and r["granularity"] == "phrase" and was_read(r)
    ]
    plain = [(text, product) for text, product in items if is_found(judge(text, product))]
    for name, disguise in DISGUISES.items():
        results = screen([CopyItem("1", disguise(text), product) for text, product in plain])
        yield Line(f"disguise: {name}", sum(map(is_found, results)), len(results), at_least=0.98)


def padding(phrases: Sequence[Row], texts: Sequence[Row], every: int = 1) -> Iterator[Line]:
    """Penalised and lawful ads whose verdict changes with an ellipsis or a lawful sentence beside them.

    Each padding takes every ``every``-th ad, and begins one further on than the one before it.
    """
    ads = [(wording(r), r["product"]) for r in phrases if r["granularity"] == "ad_excerpt"]
    ads += [(r["text"], r["product"]) for r in texts]
    tried = [(pad, *ad) for n, pad in enumerate(PADDINGS) for ad in ads[n % every :: every]]
    changed = sum(
        judge(text, product).verdict is not screen([CopyItem("1", pad.format(text), product)])[0].verdict
        for pad, text, product in tried
    )
    yield Line("verdicts changed by an ellipsis or a sentence", changed, len(tried), at_most=0.0)
