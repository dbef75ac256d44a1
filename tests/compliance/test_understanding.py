"""Decides that a text is read as people read it, with every letter mapped back to where it was given."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from compliance.understanding.modality import Modality, modality_of
from compliance.understanding.normal import fold
from compliance.understanding.respelling import normalise
from compliance.wordhits import WordIndex

CASES = Path(__file__).parents[1] / "cases" / "compliance"


def cases(name: str) -> list[Any]:
    loaded = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))["cases"]
    return [pytest.param(case, id=case.get("says", case["text"])) for case in loaded]


@pytest.mark.parametrize("case", cases("normal"))
def test_term_is_found_where_it_stands(case: dict[str, Any]) -> None:
    text = normalise(case["text"])
    hits = WordIndex({"term": [case["term"]]}).find(text).get("term", [])
    spans = [list(text.span(hit.start, hit.end)) for hit in hits]
    assert spans == ([case["span"]] if case["span"] else [])


@pytest.mark.parametrize("case", cases("modality"))
def test_modality(case: dict[str, str]) -> None:
    before, _, rest = case["text"].partition("{")
    words, _, after = rest.partition("}")
    text = normalise(before + words + after)
    start = len(fold(before))
    held = modality_of(text, start, start + len(fold(words)), mention=True)
    assert held is Modality(case["is"])


TEXTS = st.text(
    alphabet=st.sampled_from("減肥療效血壓美白 　.*、。!?「」abＡ１%ㄐㄧㄢˇ💧\u200b\u202e\ud800臺粧著髮㎏½\n"),
    max_size=60,
)


@given(TEXTS | st.text(max_size=60))
def test_every_letter_maps_back_in_order(given_text: str) -> None:
    text = normalise(given_text)
    assert len(text.letters) == len(text.starts) == len(text.ends) == len(text.breaks)
    assert all(start < end <= len(given_text) for start, end in zip(text.starts, text.ends, strict=True))
    assert list(text.starts) == sorted(text.starts)
    assert list(text.ends) == sorted(text.ends)


@given(TEXTS)
def test_folding_twice_changes_nothing(given_text: str) -> None:
    assert fold(fold(given_text)) == fold(given_text)


@given(TEXTS)
def test_letters_do_not_depend_on_what_stands_between_them(given_text: str) -> None:
    assert fold("\u200b".join(given_text)) == fold(given_text)
