"""Decides that copy of our own writing is judged as its author meant: lawful copy runs, unlawful copy is found."""

from pathlib import Path

import pytest
import yaml

from compliance.findings import CopyItem, Screening, Verdict
from compliance.screening import screen
from tests.bench.compliance_pairs import CASES, lawful_ads

MOST_FLAGGED = 0.03
FEWEST_ADS = 100


def unlawful(product: str) -> list[tuple[dict[str, str], Screening]]:
    ads = yaml.safe_load((CASES / f"unlawful_{product}.yaml").read_text(encoding="utf-8"))["ads"]
    items = [CopyItem(str(n), ad["text"], product) for n, ad in enumerate(ads, 1)]
    return list(zip(ads, screen(items), strict=True))


def findings(result: Screening) -> list[str]:
    return [f"{f.code} {result.item.text[slice(*f.span)]}" for f in result.findings if f.severity.value != "note"]


@pytest.mark.parametrize("path", sorted(CASES.glob("lawful_*.yaml")), ids=lambda path: path.stem)
def test_lawful_copy_is_never_blocked_and_seldom_flagged(path: Path) -> None:
    product = path.stem.removeprefix("lawful_")
    ads = lawful_ads(path)
    results = screen([CopyItem(str(n), text, product, facts) for n, (text, facts) in enumerate(ads, 1)])
    assert len(ads) >= FEWEST_ADS
    assert {r.item.text: findings(r) for r in results if r.verdict is Verdict.BLOCK} == {}
    flagged = {r.item.text: findings(r) for r in results if r.verdict is not Verdict.PASS}
    assert len(flagged) <= MOST_FLAGGED * len(results), flagged


@pytest.mark.parametrize("path", sorted(CASES.glob("unlawful_*.yaml")), ids=lambda path: path.stem)
def test_unlawful_copy_is_found(path: Path) -> None:
    results = [result for _, result in unlawful(path.stem.removeprefix("unlawful_"))]
    assert [r.item.text for r in results if r.verdict is Verdict.PASS] == []


@pytest.mark.parametrize("product", ["food", "cosmetic"])
def test_unlawful_copy_is_blocked(product: str) -> None:
    missed = {r.item.text: findings(r) for _, r in unlawful(product) if r.verdict is not Verdict.BLOCK}
    assert missed == {}


@pytest.mark.parametrize(("product", "law"), [("food", "食品安全衛生管理法"), ("cosmetic", "化粧品衛生安全管理法")])
def test_the_charged_paragraph_is_among_the_citations(product: str, law: str) -> None:
    wrong = []
    for ad, result in unlawful(product):
        cited = {(c.law, c.paragraph) for finding in result.findings for c in finding.citations}
        if (law, ad["paragraph"]) not in cited:
            wrong.append(ad["text"])
    assert wrong == []
