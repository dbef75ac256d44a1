"""Decides that the catalogue tells a reviewer of every law and rule: article, penalty, days, certainty, examples."""

from __future__ import annotations

from datetime import date

import pytest

from compliance.catalogue import Catalogue, catalogue, narrowed
from compliance.categories import categories
from compliance.law_words import article_label, penalty_words, twd
from compliance.lawbook import Penalty, known_until, lawbook
from compliance.rulebook import packs, permitted_lists
from engine.messages import LANGUAGES, Language, sentence_ids
from engine.vocabulary import Certainty, Severity


@pytest.fixture
def whole() -> Catalogue:
    return catalogue("zh-TW", known_until())


def test_every_law_rule_and_annex_is_in_it_once(whole: Catalogue) -> None:
    assert sorted(law.id for law in whole.laws) == sorted(lawbook())
    assert [rule.code for rule in whole.rules] == [rule.code for pack, _ in packs().values() for rule in pack.rules]
    assert [listed.id for listed in whole.permitted] == [*permitted_lists()]
    anchors = [*(rule.code for rule in whole.rules), *(article.id for law in whole.laws for article in law.articles)]
    assert len(anchors) == len(set(anchors))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_article_and_rule_can_be_told(language: Language) -> None:
    told = catalogue(language, known_until())
    for law in told.laws:
        assert law.articles and law.source and law.days
        assert all(article.label and article.rule for article in law.articles)
    for rule in told.rules:
        assert rule.articles and rule.flags and rule.passes and set(rule.products) <= set(categories())


def test_a_rule_says_what_a_breach_costs_and_under_which_law(whole: Catalogue) -> None:
    rule = next(rule for rule in whole.rules if rule.code == "food.disease")
    assert rule.articles[0].label == "食安法 第 28 條第 2 項"
    assert rule.articles[0].penalties[0] == "罰鍰 60 萬至 500 萬元（食安法 第 45 條第 1 項）"
    elsewhere = next(other for other in rule.elsewhere if other.title == packs()["health_food"][0].title.zh_tw)
    assert [article.anchor for article in elsewhere.articles] == ["health_food.14.2"]
    assert elsewhere.severity is Severity.BLOCK and "health_food" in rule.products


@pytest.mark.parametrize(
    ("penalty", "zh", "en"),
    [
        (
            Penalty(article="24", kind="fine", minimum_twd=100_000, maximum_twd=500_000),
            "罰鍰 10 萬至 50 萬元（第 24 條第 1 項）",
            "fine of NT$100,000 to NT$500,000 (article 24 (1))",
        ),
        (
            Penalty(article="339-4", kind="criminal", maximum_twd=1_000_000, prison_years=7),
            "7 年以下有期徒刑，罰金 100 萬元以下（第 339 條之 4 第 1 項）",
            "up to 7 years in prison, criminal fine of up to NT$1,000,000 (article 339-4 (1))",
        ),
    ],
    ids=["fine", "criminal"],
)
def test_a_penalty_is_told_as_statutes_tell_it(penalty: Penalty, zh: str, en: str) -> None:
    assert (penalty_words(penalty, "zh-TW"), penalty_words(penalty, "en")) == (zh, en)


def test_amounts_are_told_in_myriads() -> None:
    assert [twd(amount, "zh-TW") for amount in (15_000, 40_000, 25_000_000, 100_000_000)] == [
        "1.5 萬",
        "4 萬",
        "2,500 萬",
        "1 億",
    ]


def test_articles_without_numbers_are_told_by_topic() -> None:
    assert article_label("editorial", "1", "zh-TW") == "「編輯規定」第 1 點"
    assert article_label("22-1", "2", "zh-TW", "3") == "第 22 條之 1 第 2 項第 3 款"


def test_every_article_without_a_number_has_a_topic() -> None:
    for name, law in lawbook().items():
        for article in law.articles:
            if not article[0].isdigit():
                told = article_label(article, "1", "zh-TW")
                assert not any("a" <= letter <= "z" for letter in told), f"{name}: compliance.topic.{article}"


def test_every_kind_of_check_is_told_in_words(whole: Catalogue) -> None:
    told = {name.removeprefix("catalogue.looks.") for name in sentence_ids("compliance") if ".looks." in name}
    assert {rule.kind for rule in whole.rules} <= told
    assert whole.lists.keys() == {name for rule in whole.rules for name in rule.lists}


def test_what_is_sought_is_found(whole: Catalogue) -> None:
    found = narrowed(whole, "禁止酒駕")
    assert [law.id for law in found.laws] == ["alcohol"]
    assert [article.id for article in found.laws[0].articles] == ["alcohol.37.1"]
    assert {law.id for law in narrowed(whole, product="cosmetic").laws} >= {"cosmetics", "cosmetics_criteria"}
    assert all("cosmetic" in rule.products for rule in narrowed(whole, product="cosmetic").rules)
    assert [law.id for law in narrowed(whole, law="tobacco").laws] == ["tobacco"]
    assert narrowed(whole, "no such words").laws == ()
    assert narrowed(whole) == whole


def test_it_is_told_as_of_a_day() -> None:
    early, late = catalogue("zh-TW", date(2017, 1, 1)), catalogue("zh-TW", date(2031, 1, 1))
    cosmetics = next(law for law in early.laws if law.id == "cosmetics")
    assert not any(article.in_force for article in cosmetics.articles)
    assert {article.certainty for article in cosmetics.articles} == {Certainty.UNVERIFIED}
    assert all(law.overdue for law in late.laws) and all(rule.overdue for rule in late.rules)
