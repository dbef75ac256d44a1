"""Decides that every cited article is held as data, in force, and agrees with the statutes on file."""

import json
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from compliance.as_of import book_on, charged, left_out
from compliance.caveats import caveats_of
from compliance.lawbook import (
    Law,
    Penalty,
    Reference,
    applies,
    certainty_of,
    cite,
    in_force,
    known_until,
    lawbook,
    paragraph_of,
)
from compliance.rulebook import packs, permitted_lists, rulebook
from compliance.schemas import MODELS, schema_text
from compliance.statutes import compared, paragraphs_of, statutes_text
from engine.errors import PackError
from engine.packs import package_path
from engine.vocabulary import Certainty, Severity
from tests.shared import shared_dir

TEXTS = [
    (name, law, article, paragraph, text)
    for name, law in lawbook().items()
    for article, paragraphs in law.articles.items()
    for paragraph in paragraphs
    for text in law.versions(article, paragraph)
]
VERIFIED = [one for one in TEXTS if (one[4].certainty or one[1].certainty) is Certainty.VERIFIED]


def cited() -> set[tuple[str, Reference]]:
    """Every article that a pack or a list of permitted wording names, with who names it."""
    found = {(rule.code, c) for pack, _ in packs().values() for rule in pack.rules for c in rule.citations}
    found |= {(name, listed.basis) for name, listed in permitted_lists().items()}
    for name, (pack, _) in packs().items():
        recharged = (reference for references in pack.recharged.values() for reference in references)
        found |= {(name, reference) for reference in (*pack.charged_under.values(), *recharged) if reference}
    return found


def test_every_cited_article_exists_and_is_in_force() -> None:
    for who, reference in cited():
        paragraph_of(reference)
        assert in_force(reference, known_until()), f"{who} cites {reference.id}, which is not in force"


def test_nothing_is_blocked_on_unverified_articles_alone() -> None:
    for pack, _ in packs().values():
        for rule in pack.rules:
            sure = {certainty_of(reference, known_until()) for reference in rule.citations}
            assert rule.severity is not Severity.BLOCK or sure != {Certainty.UNVERIFIED}, rule.code


@pytest.mark.parametrize(
    "reference",
    [
        Reference(law="nowhere", article="1", paragraph="1"),
        Reference(law="food_safety", article="999", paragraph="1"),
        Reference(law="food_safety", article="28", paragraph="9"),
        Reference(law="tobacco", article="12", paragraph="1", item="12"),
    ],
    ids=lambda reference: reference.id,
)
def test_an_unknown_article_is_refused(reference: Reference) -> None:
    with pytest.raises(PackError, match=reference.id.replace(".", r"\.")):
        paragraph_of(reference)


def test_an_article_is_unverified_before_its_text_was_in_force() -> None:
    reference = Reference(law="cosmetics", article="10", paragraph="1")
    assert cite(reference, date(2026, 1, 1)).certainty is Certainty.VERIFIED
    assert cite(reference, date(2017, 1, 1)).certainty is Certainty.UNVERIFIED
    assert [c.id for c in caveats_of(reference, date(2017, 1, 1))] == ["compliance.copy.not_in_force"]


@pytest.mark.parametrize(
    ("reference", "day", "asked"),
    [
        (Reference(law="fraud_prevention", article="31", paragraph="1"), date(2024, 7, 30), False),
        (Reference(law="fraud_prevention", article="31", paragraph="1"), date(2024, 7, 31), True),
        (Reference(law="google_ads", article="healthcare", paragraph="2"), date(2025, 10, 28), False),
        (Reference(law="google_ads", article="healthcare", paragraph="1"), date(2025, 10, 28), True),
        (Reference(law="cosmetics", article="10", paragraph="1"), date(2017, 1, 1), True),
    ],
    ids=lambda one: one.id if isinstance(one, Reference) else str(one),
)
def test_what_did_not_exist_yet_asks_nothing(reference: Reference, day: date, asked: bool) -> None:
    assert applies(reference, day) is asked


@pytest.mark.parametrize("name", packs())
def test_a_rule_holds_on_the_days_of_its_articles(name: str) -> None:
    book, early = rulebook(name), date(2010, 1, 1)
    kept = {prepared.rule.code for prepared in book_on(book, early).rules}
    for prepared in book.rules:
        articles = charged(book.recharged.get(prepared.rule.code, prepared.rule.citations), book.charged_under)
        assert (prepared.rule.code in kept) is any(applies(one, early) for one in articles), prepared.rule.code
    assert book_on(book, known_until()).rules == book.rules and left_out(book, known_until()) == ()


def test_a_check_of_an_early_day_says_what_was_left_out() -> None:
    names = [name for name in packs() if left_out(rulebook(name), date(2010, 1, 1))]
    assert names
    told = left_out(rulebook(names[0]), date(2010, 1, 1))[0]
    assert told.id == "compliance.law.left_out" and told.values["day"] == "2010-01-01"


def test_an_amendment_newer_than_the_text_takes_the_certainty() -> None:
    reference = Reference(law="fraud_prevention", article="31", paragraph="1", item="4")
    assert certainty_of(reference, date(2024, 10, 1)) is Certainty.VERIFIED
    assert certainty_of(reference, date(2025, 12, 30)) is Certainty.SECONDARY
    assert "compliance.law.amended_since" in [c.id for c in caveats_of(reference, date(2025, 12, 30))]


def test_an_amendment_of_another_article_does_not() -> None:
    assert certainty_of(Reference(law="medical_care", article="84", paragraph="1"), date(2026, 1, 1)) is (
        Certainty.SECONDARY
    )
    assert certainty_of(Reference(law="medical_care", article="86", paragraph="1"), date(2026, 1, 1)) is (
        Certainty.VERIFIED
    )


def test_what_is_not_settled_is_told() -> None:
    late = date(2031, 1, 1)
    for name, law, article, paragraph, text in TEXTS:
        told = {caveat.id for caveat in caveats_of(Reference(law=name, article=article, paragraph=paragraph), late)}
        assert "compliance.law.review_due" in told
        assert ("compliance.copy.not_checked_law" in told) is (law.checked_until is not None)
        certainty = text.certainty or law.certainty
        assert certainty is Certainty.VERIFIED or f"compliance.law.{certainty.value}" in told


def test_only_what_was_compared_is_verified() -> None:
    assert len(VERIFIED) > 200
    for name, law, article, paragraph, text in VERIFIED:
        statute = compared()[str(law.pcode)]
        assert law.source == f"https://law.moj.gov.tw/LawClass/LawAll.aspx?pcode={law.pcode}"
        assert (law.name.zh_tw, law.amended) == (statute.name, statute.amended), name
        items = statute.articles[article].items
        assert int(paragraph) <= len(items), f"{name} §{article}"
        assert all(int(item) <= items[int(paragraph) - 1] for item in text.items), f"{name} §{article} ({paragraph})"


def test_everything_not_compared_is_not_verified() -> None:
    held = {(code, article) for code, statute in compared().items() for article in statute.articles}
    for name, law, article, _, text in TEXTS:
        if (law.pcode, article) not in held:
            assert (text.certainty or law.certainty) is not Certainty.VERIFIED, f"{name} §{article}"


def _law(**changed: Any) -> dict[str, Any]:
    words = {"zh-TW": "字", "en": "words"}
    text = {"does": "forbids", "rule": words}
    day = date(2020, 1, 1)
    law = {
        "kind": "statute",
        "area": "food",
        "name": words,
        "short": words,
        "enforcer": words,
        "in_force": {"from": day},
    }
    law |= {"source": "a page", "retrieved_on": day, "checked_until": day, "review_due": day, "certainty": "secondary"}
    return law | {"articles": {"1": {"1": text}}} | changed


def _texts(*spans: dict[str, date]) -> dict[str, Any]:
    rule = {"zh-TW": "字", "en": "words"}
    return {"1": {"1": [{"does": "forbids", "rule": rule, "in_force": span} for span in spans]}}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"articles": _texts({"from": date(2020, 1, 1)}, {"from": date(2021, 1, 1)})}, "two texts"),
        (
            {"articles": _texts({"from": date(2020, 1, 1), "to": date(2021, 1, 1)}, {"from": date(2021, 1, 1)})},
            "two texts",
        ),
        ({"articles": _texts({"from": date(2019, 1, 1)})}, "outside the days"),
        ({"in_force": {"from": date(2020, 1, 2), "to": date(2020, 1, 1)}}, "in force from 2020-01-02"),
    ],
    ids=["open", "same day", "before its law", "backwards"],
)
def test_contradictory_days_are_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Law.model_validate(_law(**changed))


def test_texts_one_after_the_other_hold_on_their_days() -> None:
    spans = ({"from": date(2020, 1, 1), "to": date(2020, 12, 31)}, {"from": date(2021, 1, 1)})
    law = Law.model_validate(_law(articles=_texts(*spans)))
    assert [
        [str(day)[:4] for day in (date(2020, 6, 1), date(2022, 6, 1)) if text.in_force and text.in_force.covers(day)]
        for text in law.versions("1", "1")
    ] == [["2020"], ["2022"]]


@pytest.mark.parametrize(
    ("penalty", "said"),
    [
        ({"kind": "fine", "minimum_twd": 2, "maximum_twd": 1}, "above the highest"),
        ({"kind": "fine", "minimum_twd": 2}, "needs maximum_twd"),
        ({"kind": "criminal"}, "prison_years or maximum_twd"),
    ],
    ids=["backwards", "open", "empty"],
)
def test_contradictory_penalties_are_refused(penalty: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Penalty.model_validate({"article": "1", **penalty})


def test_a_penalty_on_no_article_on_file_is_refused() -> None:
    law = _law()
    law["articles"]["1"]["1"]["penalties"] = [{"article": "9", "kind": "fine", "maximum_twd": 1}]
    with pytest.raises(ValidationError, match=r"§9 \(1\)"):
        Law.model_validate(law)


def test_what_a_law_asks_is_told_in_both_languages() -> None:
    for name, _, article, paragraph, text in TEXTS:
        for words in (text.rule, *text.items.values()):
            assert any("一" <= letter <= "鿿" for letter in words.zh_tw), f"{name} §{article} ({paragraph})"
            assert any("a" <= letter <= "z" for letter in words.en), f"{name} §{article} ({paragraph})"


def test_every_penalty_in_another_law_is_on_file() -> None:
    for name, _, _, _, text in TEXTS:
        for penalty in text.penalties:
            paragraph_of(Reference(law=penalty.law or name, article=penalty.article, paragraph=penalty.paragraph))


def test_only_what_was_compared_has_a_day_of_comparison() -> None:
    for name, law in lawbook().items():
        assert (law.checked_until is None) is (law.certainty is not Certainty.VERIFIED), name


@pytest.mark.parametrize("name", MODELS)
def test_checked_in_schema_is_the_model(name: str) -> None:
    path = package_path("compliance") / "schemas" / f"{name}.json"
    assert path.read_text(encoding="utf-8") == schema_text(name), "run: python -m compliance.schemas"


@pytest.mark.shared
def test_articles_agree_with_the_statutes_on_file() -> None:
    statutes = json.loads((shared_dir() / "law" / "statutes.json").read_text(encoding="utf-8"))
    kept = (package_path("compliance") / "statutes.yaml").read_text(encoding="utf-8")
    assert kept == statutes_text(statutes), "run: python -m compliance.statutes STATUTES.json"
    texts = {(s["pcode"], s["article"]): s["text"] for s in statutes}
    for name, _, article, _, text in VERIFIED:
        for penalty in text.penalties:
            fining = lawbook()[penalty.law or name]
            if fining.certainty is Certainty.VERIFIED:
                _check_penalty(penalty, texts[str(fining.pcode), penalty.article], f"{name} §{article}")


def _check_penalty(penalty: Penalty, official: str, where: str) -> None:
    """The amounts and years of a penalty stand in the paragraph of the article that it names."""
    said = "".join(paragraphs_of(official)[int(penalty.paragraph) - 1])
    for amount in (penalty.minimum_twd, penalty.maximum_twd):
        assert amount is None or _in_chinese(amount) + "元" in said, f"{where}: {amount} is not in {said}"
    if penalty.prison_years:
        assert _DIGITS[penalty.prison_years] + "年以下有期徒刑" in said, where


_DIGITS = "零一二三四五六七八九"


def _in_chinese(amount: int) -> str:
    """50000 -> 五萬, 25000000 -> 二千五百萬, 15000 -> 一萬五千: as the penalties of statutes write them."""
    if amount == 100_000_000:
        return "一億"
    myriads, rest = divmod(amount, 10_000)
    return (_below_a_myriad(myriads) + "萬" if myriads else "") + _below_a_myriad(rest)


def _below_a_myriad(number: int) -> str:
    words = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        if number // unit % 10:
            words += _DIGITS[number // unit % 10] + name
    return words.removeprefix("一") if 10 <= number < 20 else words
