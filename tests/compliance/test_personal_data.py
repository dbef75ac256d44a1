"""Decides that Taiwanese identifiers are found where they stand, by checksum and context, and nothing else is."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from compliance.findings import CopyItem, Verdict
from compliance.personal_data import validators
from compliance.personal_data.finding import find_personal_data
from compliance.personal_data.recogniser import recognisers
from compliance.personal_data.redaction import redact
from compliance.screening import screen

CASES = Path(__file__).parents[1] / "cases" / "compliance" / "personal_data.yaml"
LOADED = yaml.safe_load(CASES.read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["text"]) for case in LOADED])
def test_finds(case: dict[str, Any]) -> None:
    assert [[m.kind, list(m.span)] for m in find_personal_data(case["text"])] == case["finds"]


def test_every_recogniser_is_shown_to_find_something() -> None:
    shown = {kind for case in LOADED for kind, _ in case["finds"]}
    assert shown == {recogniser.name for recogniser in recognisers()}


def test_a_column_name_is_context() -> None:
    assert find_personal_data("04595257") == []
    [match] = find_personal_data("04595257", header="統一編號")
    assert (match.kind, match.explanation.context_word, match.explanation.validation) == (
        "business_number",
        "統一編號",
        True,
    )


def test_checksum_and_context_raise_the_score() -> None:
    [alone] = find_personal_data("A123456789")
    [with_context] = find_personal_data("身分證 A123456789")
    assert alone.explanation.pattern_score < alone.score < with_context.score


def test_a_tenth_of_random_ids_pass_the_checksum() -> None:
    passed = sum(validators.national_id(f"A1{number:08d}") for number in range(0, 100_000_000, 10_007))
    assert 0.09 < passed / len(range(0, 100_000_000, 10_007)) < 0.11


def test_no_calendar_day_is_a_business_number() -> None:
    days = [
        date.fromordinal(n).strftime("%Y%m%d")
        for n in range(date(2000, 1, 1).toordinal(), date(2001, 1, 1).toordinal())
    ]
    assert not any(validators.unified_business_number(day) for day in days)


def test_redaction_leaves_no_identifier() -> None:
    text = "王小明 A123456789，手機 0912-345-678，信箱 test@example.com，卡號 4111 1111 1111 1111"
    hidden = redact(text)
    assert hidden == "王小明 [national_id]，手機 [mobile]，信箱 [email]，卡號 [payment_card]"


@given(st.text(alphabet=st.sampled_from("A1290-( )+８８6.@/：LINEid號路市區段"), max_size=80))
def test_any_text_is_searched_and_redacted(text: str) -> None:
    matches = find_personal_data(text)
    assert all(0 <= start < end <= len(text) for start, end in (m.span for m in matches))
    assert find_personal_data(redact(text)) == []


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("洽門市 02-2345-6789 或 LINE ID: mybrand", Verdict.PASS),
        ("門市：台北市信義區市府路1號", Verdict.PASS),
        ("得獎者 A123456789", Verdict.BLOCK),
        ("得獎者生日 民國85年1月1日", Verdict.REVIEW),
    ],
)
def test_weight_in_copy(text: str, verdict: Verdict) -> None:
    [result] = screen([CopyItem("1", text, "food")])
    assert result.verdict is verdict
    assert [f.code.split(".")[0] for f in result.findings] != []
