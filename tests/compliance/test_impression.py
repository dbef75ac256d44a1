"""Decides that the classifier points, gives reasons and is never more than a call for a person."""

import json
import random
from dataclasses import replace

import numpy as np
import pytest

from compliance.findings import CopyItem, Verdict
from compliance.impression.examples import Example, digest, distinct, own_examples, stripped
from compliance.impression.learning import FEWEST_CASES, fit, fold_numbers, pieces
from compliance.impression.looking import CODE, impressions
from compliance.impression.model import Model, as_model, model, weights_path
from compliance.impression.ngrams import WINDOW, hashed
from compliance.impression.train import as_text, trained
from compliance.screening import screen
from compliance.understanding.respelling import normalise
from engine.messages import render
from engine.vocabulary import Severity
from tests.bench.compliance_pairs import CASES
from tests.compliance.disguises import PADDINGS

GIVEAWAY = "神奇光彩"


def planted(seed: int = 3) -> list[Example]:
    """Texts of random letters; the unlawful ones hold the giveaway, each in a case of its own."""
    draw = random.Random(seed)
    letters = [chr(0x4E00 + n) for n in range(300)]
    made = []
    for number in range(120):
        text = "".join(draw.choices(letters, k=40))
        unlawful = number % 2 == 0
        text = text[:20] + GIVEAWAY * unlawful + text[20:]
        made.append(Example(text, "food", unlawful, f"case {number}", True, not unlawful))
    return made


@pytest.fixture(scope="module")
def learned() -> Model:
    return trained(planted())[0]


def test_what_marks_penalised_texts_is_found_with_its_place_and_reasons(learned: Model) -> None:
    letters = "今天天气真好" * 8 + GIVEAWAY + "门市周一到周日营业" * 5
    [stretch] = learned.stretches(letters, "food")
    assert letters[stretch.start : stretch.end].find(GIVEAWAY) >= 0
    assert any(letters[low:high] in GIVEAWAY for low, high in stretch.reasons)
    assert learned.threshold <= stretch.probability <= 1
    assert learned.stretches("今天天气真好" * 12, "food") == []


def test_nothing_is_said_of_a_category_without_penalised_cases(learned: Model) -> None:
    assert learned.products == {"food"}
    assert learned.stretches(GIVEAWAY, "finance") == []


def test_n_grams_of_fewer_cases_are_not_kept(learned: Model) -> None:
    examples = planted()
    kept = set(learned.hashes.tolist())
    cases: dict[int, set[str]] = {}
    for one in examples:
        for _, values in hashed(one.letters, one.product):
            for value in values.tolist():
                cases.setdefault(value, set()).add(one.case)
    assert kept
    assert {value for value in kept if len(cases[value]) < FEWEST_CASES} == set()


def test_a_case_is_in_one_fold() -> None:
    examples = [replace(one, case=f"case {n // 5}") for n, one in enumerate(planted())]
    folds = fold_numbers(examples)
    assert len({(one.case, int(fold)) for one, fold in zip(examples, folds, strict=True)}) == len(examples) / 5


def test_training_twice_gives_the_same_weights_and_they_are_read_back_whole() -> None:
    first, again = as_text(trained(planted())[0]), as_text(trained(planted())[0])
    assert first == again
    read = as_model(json.loads(first))
    assert as_text(read) == first


def test_what_ships_holds_no_text_and_says_how_it_was_made() -> None:
    text = weights_path().read_text(encoding="utf-8")
    assert text.isascii()
    recipe = model().recipe
    assert recipe["fewest_cases"] >= 3
    assert len(recipe["training_set_sha256"]) == 64
    assert np.all(np.diff(model().hashes.astype(np.int64)) > 0)
    assert len(model().hashes) == len(model().weights) > 1000


def test_score_is_that_of_the_strongest_window_alone(learned: Model) -> None:
    head = "神奇光彩" + "一" * WINDOW
    assert learned.strongest(head + "二" * WINDOW, "food") >= learned.strongest(head, "food")
    assert learned.strongest("", "food") == learned.intercept


def test_officials_notes_and_ellipses_are_taken_off() -> None:
    assert stripped("…喝出好氣色（佐圖片）…「每天一包」") == normalise("喝出好氣色每天一包").letters
    assert stripped("好喝。再來一杯！") == "好喝。再来一杯"


def test_a_text_of_both_sides_teaches_nothing() -> None:
    twice = [Example("好", "food", True, "a", True), Example("好", "food", False, "b", True)]
    assert distinct(twice) == []
    assert digest(twice) != digest(twice[:1])


def test_our_own_cases_give_both_sides() -> None:
    sides = {one.unlawful for one in own_examples(CASES)}
    assert sides == {True, False}


def points_at(text: str, product: str = "food") -> list:
    return impressions(normalise(text), product, [])


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """The classifier that ships, asked to speak from half on."""
    shipped = replace(model(), threshold=0.5)
    monkeypatch.setattr("compliance.impression.model.model", lambda: shipped)


PARAPHRASED = "喝了以後整個人都不一樣，循環變好，代謝加快，十年的困擾都不見了"


def test_a_pass_becomes_a_review_at_most_and_says_why(eager: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compliance.screening.judge", lambda *_: ([], []))
    [result] = screen([CopyItem("1", PARAPHRASED, "food")])
    told = [finding for finding in result.findings if finding.code == CODE]
    assert told
    assert result.verdict is Verdict.REVIEW
    for finding in told:
        assert (finding.source, finding.severity, finding.citations) == ("classifier", Severity.WARN, ())
        assert PARAPHRASED[slice(*finding.span)]
        words = finding.message.values["words"].split("、")
        assert all(word in PARAPHRASED for word in words)
        assert render(finding.message, "en") != render(finding.message, "zh-TW")


def test_beside_rules_it_only_notes_and_changes_no_verdict(eager: None, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"降血糖。{'門市週一到週日營業。' * 5}{PARAPHRASED}"
    [with_it] = screen([CopyItem("1", text, "food")])
    monkeypatch.setattr("compliance.screening.impressions", lambda *_: [])
    [without] = screen([CopyItem("1", text, "food")])
    assert with_it.verdict is without.verdict is Verdict.BLOCK
    extra = [finding for finding in with_it.findings if finding not in without.findings]
    assert {finding.severity for finding in extra} <= {Severity.NOTE}
    assert [finding for finding in with_it.findings if finding.source != "classifier"] == list(without.findings)


@pytest.mark.parametrize("pad", PADDINGS)
def test_an_ellipsis_or_a_lawful_sentence_changes_nothing(pad: str) -> None:
    for one in [PARAPHRASED, "好吃的鳳梨酥，外酥內軟", "深入肌底，喚醒年輕，重獲新生的奇蹟"]:
        product = "cosmetic" if "肌" in one else "food"
        assert bool(points_at(pad.format(one), product)) is bool(points_at(one, product))


def test_fewer_words_than_a_window_and_odd_ones_are_weighed_too() -> None:
    for text in ("好", "\ud800", "…", "🔥🔥", "a" * 5000):
        assert points_at(text) == []


def test_a_fit_without_a_fold_does_not_see_it() -> None:
    examples = planted()
    cut = pieces(examples)
    chosen = np.array([one.unlawful or n < 60 for n, one in enumerate(examples)])
    blind = fit(examples, cut, chosen)
    unseen = {
        int(value)
        for n, one in enumerate(examples)
        if not chosen[n]
        for _, values in hashed(one.letters, one.product)
        for value in values
    }
    seen = {int(v) for n, e in enumerate(examples) if chosen[n] for _, vs in hashed(e.letters, e.product) for v in vs}
    assert set(blind.hashes.tolist()).isdisjoint(unseen - seen)
