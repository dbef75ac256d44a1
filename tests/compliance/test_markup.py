"""Decides that markup hides no word, that ordinary signs are no markup, and that both take bounded time."""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from compliance.findings import CopyItem, Verdict
from compliance.screening import screen
from compliance.understanding.normal import read
from engine.vocabulary import Severity
from tests.compliance.disguises import PADDINGS

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "compliance" / "markup.yaml").read_text(encoding="utf-8"))
FOUND = [pytest.param(case, id=case["says"]) for case in CASES["found"]]
HOSTILE = (
    "<b", "</", "<!--", "<style>", "<a '\"<b\"'", "<p>降</p>", "&#38477;", "&amp;", "[a](b", "<i hidden>", "&lt;b&gt;",
    "降<br>血糖", "<i title='降血糖'>",
)  # fmt: skip
SECONDS_AT_MOST = 6.0


def blocked(text: str) -> list[str]:
    [result] = screen([CopyItem("1", text, "food")])
    return [text[slice(*f.span)] for f in result.findings if f.severity is Severity.BLOCK]


@pytest.mark.parametrize("case", FOUND)
def test_markup_hides_no_word(case: dict[str, Any]) -> None:
    assert case["is"] in blocked(case["text"])
    for padding in PADDINGS:
        assert case["is"] in blocked(padding.format(case["text"]))


@pytest.mark.parametrize("case", CASES["left"], ids=lambda case: case["text"])
def test_ordinary_signs_are_no_markup(case: dict[str, str]) -> None:
    assert read(case["text"]).letters == case["letters"]
    [result] = screen([CopyItem("1", case["text"], "food")])
    assert result.verdict is Verdict.PASS


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_nesting_takes_bounded_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    started = time.process_time()
    screen([CopyItem("1", text, "food")])
    assert time.process_time() - started < SECONDS_AT_MOST


@given(
    st.lists(
        st.sampled_from(
            ["<", ">", "b", "/", "<b>", "</b>", "<br>", "<!--", "-->", "&#38477;", "&amp;", "&lt;", "&gt;", "降",
             "血糖", '"', "'", "=", " ", "[", "](x)", "<style>", "</style>", "<i hidden>", "\ud800", "𠮷", "㎏"]
        ),
        max_size=24,
    )
)  # fmt: skip
def test_every_letter_still_maps_back_in_order(pieces: list[str]) -> None:
    given_text = "".join(pieces)
    text = read(given_text)
    assert len(text.letters) == len(text.starts) == len(text.ends) == len(text.breaks)
    assert all(start < end <= len(given_text) for start, end in zip(text.starts, text.ends, strict=True))
    assert list(text.starts) == sorted(text.starts)
    assert list(text.ends) == sorted(text.ends)
    shown = [
        (letter, given_text[start:end]) for letter, start, end in zip(text.letters, text.starts, text.ends, strict=True)
    ]
    assert all(letter in "降血糖吉kg" or letter == words.lower() or "&" in words for letter, words in shown)
