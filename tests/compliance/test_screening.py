"""Decides that screening answers for every item: verdicts, faults, uncovered categories, hostile texts."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.categories import CopyFaults, categories
from compliance.findings import CopyItem, Verdict
from compliance.rulebook import products
from compliance.screening import screen
from engine.messages import render, sentence_ids
from engine.vocabulary import Certainty, Severity

LICENSED = {"licence_no": "衛部健食字第A00986號", "permitted_claim": "有助於降低血中總膽固醇"}
SECONDS_FOR_HOSTILE = 10


def one(text: str, product: str = "food", facts: dict[str, str] | None = None, on: date | None = None):
    [result] = screen([CopyItem("r1", text, product, facts or {})], on)
    return result


def test_a_finding_says_where_which_article_and_why() -> None:
    text = "早安！這杯能降血糖，試試看。"
    finding = one(text).findings[0]
    assert text[slice(*finding.span)] == "降血糖"
    assert (finding.law, finding.article, finding.paragraph) == ("食品安全衛生管理法", "28", "2")
    assert (finding.severity, finding.certainty, finding.source) == (Severity.BLOCK, Certainty.VERIFIED, "rule")
    spoken = finding.as_dict("zh-TW")
    assert "血糖" in spoken["message"]
    assert finding.as_dict("en")["message"] != spoken["message"]
    assert any("2024-10-24" in caveat for caveat in spoken["caveats"])


def test_verdict_follows_the_gravest_finding() -> None:
    assert one("好吃的鳳梨酥").verdict is Verdict.PASS
    assert one("給三高一族的早餐").verdict is Verdict.REVIEW
    assert one("給三高一族，降血壓").verdict is Verdict.BLOCK


def test_the_same_words_are_judged_by_category() -> None:
    for text in ("美白肌膚", "淡化皺紋"):
        assert one(text, "food").verdict is Verdict.BLOCK
        assert one(text, "cosmetic").verdict is Verdict.PASS
    assert one("消除皺紋", "cosmetic").verdict is Verdict.BLOCK


def test_a_nutrient_function_needs_its_nutrient() -> None:
    assert one("維生素C促進膠原蛋白的形成").verdict is Verdict.PASS
    assert one("這杯促進膠原蛋白的形成").verdict is Verdict.REVIEW
    assert one("這杯促進膠原蛋白的形成", facts={"nutrient_claim": "維生素C達標"}).verdict is Verdict.PASS


def test_a_licensed_health_food_may_say_what_its_licence_permits() -> None:
    assert one("有助於降低血中總膽固醇", "health_food", LICENSED).verdict is Verdict.PASS
    assert one("有助於降低血中總膽固醇，健康食品認證", "food", LICENSED).verdict is Verdict.PASS
    beyond = one("有助於降低血中總膽固醇，還能降血糖", "health_food", LICENSED)
    assert beyond.verdict is Verdict.BLOCK
    [finding] = [f for f in beyond.findings if f.severity is Severity.BLOCK]
    assert (finding.law, finding.article, finding.paragraph) == ("健康食品管理法", "14", "1")
    assert {citation.law for citation in finding.citations} == {"健康食品管理法"}
    assert one("有助於降低血中總膽固醇", "food").verdict is Verdict.BLOCK


@pytest.mark.parametrize("number", ["", "A00986", "無", "衛部健食字第A00986號（屬另一配方產品）"])
def test_a_licence_number_must_be_real_and_ones_own(number: str) -> None:
    assert one("這是健康食品", facts={"licence_no": number}).verdict is Verdict.BLOCK


def test_every_category_has_a_pack() -> None:
    assert set(products()) == set(categories())


def test_a_category_without_a_pack_is_never_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compliance.screening.products", dict)
    result = one("好東西")
    assert result.verdict is Verdict.REVIEW
    assert result.findings[0].code == "general.no_pack"


def test_every_fault_of_a_batch_is_told_at_once() -> None:
    items = [CopyItem("3", "好喝", "potion"), CopyItem("4", " ", "food"), CopyItem("5", "字" * 200_001, "food")]
    with pytest.raises(CopyFaults) as caught:
        screen(items)
    lines = caught.value.text("zh-TW").splitlines()
    assert len(lines) == 4
    assert "potion" in lines[1] and "cosmetic" in lines[1]
    assert caught.value.text("en") != caught.value.text("zh-TW")


def test_facts_no_rule_uses_are_shown() -> None:
    [remark] = one("好吃", facts={"form": "軟糖"}).remarks
    assert "form" in render(remark)


def test_a_pack_past_its_review_is_said_to_be() -> None:
    late = one("好吃", on=date(2030, 1, 1))
    assert any("2027-05-22" in render(remark) for remark in late.remarks)
    assert one("好吃").remarks == ()


def test_a_check_as_of_an_earlier_day_says_what_is_not_verified() -> None:
    finding = one("這杯能降血糖", on=date(2018, 1, 1)).findings[0]
    assert finding.certainty is Certainty.UNVERIFIED


HOSTILE = [
    "降" * 100_000,
    "降血壓" * 33_000,
    "a" * 100_000,
    "1" * 100_000,
    "改善、" * 33_000,
    "不能" * 50_000,
    "\u202e" * 99_999 + "字",
    "<b>" * 30_000,
    "肥.減" * 30_000,
    "A1" * 50_000,
    "@a." * 30_000,
    "市路號" * 30_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:4]))
def test_hostile_text_takes_bounded_time(text: str) -> None:
    one("暖身")
    started = time.process_time()
    one(text)
    assert time.process_time() - started < SECONDS_FOR_HOSTILE


@pytest.mark.parametrize("product", ["general", "finance", "employment", "real_estate"])
def test_hostile_text_takes_bounded_time_in_packs_of_many_patterns(product: str) -> None:
    one("暖身", product)
    started = time.process_time()
    one("月入100萬%限男女35歲夾層停車位" * 6_000, product)
    assert time.process_time() - started < SECONDS_FOR_HOSTILE


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from("降血壓糖改善失眠減肥美白不能、，。 .*患者請先諮詢醫師維生素C促進膠原蛋白形成\ud800"),
        max_size=60,
    )
)
def test_same_text_same_answer_and_spans_inside(text: str) -> None:
    if not text.strip():
        return
    first, again = one(text), one(text)
    assert first == again
    assert all(0 <= start < end <= len(text) for start, end in (f.span for f in first.findings))


def test_every_sentence_exists_in_both_languages() -> None:
    for name, texts in sentence_ids("compliance").items():
        assert set(texts) == {"zh-TW", "en"}, name
