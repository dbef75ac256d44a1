"""Decides that every cited article is held as data, in force, and agrees with the statutes on file."""

import json
from datetime import date

import pytest

from compliance.lawbook import Law, Reference, cite, known_until, lawbook, paragraph_of
from compliance.rulebook import packs, permitted_lists
from compliance.schemas import MODELS, schema_text
from engine.errors import PackError
from engine.packs import package_path
from engine.vocabulary import Certainty
from tests.shared import shared_dir

CITED = sorted(
    {
        (rule.code, c.law, c.article, c.paragraph)
        for pack, _ in packs().values()
        for rule in pack.rules
        for c in rule.citations
    }
    | {(name, p.basis.law, p.basis.article, p.basis.paragraph) for name, p in permitted_lists().items()}
    | {
        (name, r.law, r.article, r.paragraph)
        for name, (pack, _) in packs().items()
        for r in (*pack.charged_under.values(), *(r for rs in pack.recharged.values() for r in rs))
        if r is not None
    }
)


@pytest.mark.parametrize("cited", CITED, ids=lambda c: f"{c[0]}-{c[1]}-{c[2]}-{c[3]}")
def test_cited_article_exists_and_is_in_force(cited: tuple[str, str, str, str]) -> None:
    _, law_name, article, paragraph = cited
    law, _ = paragraph_of(Reference(law=law_name, article=article, paragraph=paragraph))
    assert law.in_force.covers(known_until())


def test_an_unknown_article_is_refused() -> None:
    with pytest.raises(PackError):
        paragraph_of(Reference(law="food_safety", article="999", paragraph="1"))


def test_an_article_is_unverified_before_its_text_was_in_force() -> None:
    reference = Reference(law="cosmetics", article="10", paragraph="1")
    assert cite(reference, date(2026, 1, 1)).certainty is Certainty.VERIFIED
    assert cite(reference, date(2017, 1, 1)).certainty is Certainty.UNVERIFIED


def test_secondary_sources_are_never_shown_as_verified() -> None:
    for law in lawbook().values():
        if law.certainty is Certainty.VERIFIED:
            assert law.pcode and law.source.startswith("https://law.moj.gov.tw/")


def test_every_penalty_names_an_article_on_file() -> None:
    for law in lawbook().values():
        for paragraphs in law.articles.values():
            for paragraph in paragraphs.values():
                if paragraph.penalty:
                    assert paragraph.penalty.article in law.articles


@pytest.mark.parametrize("name", MODELS)
def test_checked_in_schema_is_the_model(name: str) -> None:
    path = package_path("compliance") / "schemas" / f"{name}.json"
    assert path.read_text(encoding="utf-8") == schema_text(name), "run: python -m compliance.schemas"


@pytest.mark.shared
def test_articles_agree_with_the_statutes_on_file() -> None:
    statutes = json.loads((shared_dir() / "law" / "statutes.json").read_text(encoding="utf-8"))
    texts = {(s["pcode"], s["article"]): s for s in statutes}
    for law in lawbook().values():
        if law.certainty is not Certainty.VERIFIED:
            continue
        for article, paragraphs in law.articles.items():
            statute = texts[(law.pcode, article)]
            assert law.amended == date.fromisoformat(statute["amended"])
            assert law.name.zh_tw == statute["law"]
            written = [line for line in statute["text"].split("\r\n") if line[1:2] != "、"]
            assert max(int(number) for number in paragraphs) <= len(written)
            _check_penalties(law, article, texts)


def _check_penalties(law: Law, article: str, texts: dict[tuple[str, str], dict[str, str]]) -> None:
    for paragraph in law.articles[article].values():
        penalty = paragraph.penalty
        if penalty is None:
            continue
        text = texts[(str(law.pcode), penalty.article)]["text"]
        assert _in_chinese(penalty.maximum_twd) + "元" in text
        if penalty.minimum_twd:
            assert _in_chinese(penalty.minimum_twd) + "元" in text


def _in_chinese(amount: int) -> str:
    """50000 -> 五萬, 25000000 -> 二千五百萬: the amounts of penalties are whole 萬."""
    number, digits, words = amount // 10_000, "零一二三四五六七八九", ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        if number // unit % 10:
            words += digits[number // unit % 10] + name
    return words.removeprefix("一") + "萬" if 10 <= number < 20 else words + "萬"
