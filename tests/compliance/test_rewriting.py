"""Decides that what is offered instead may really be said: it screens clean and adds no fact."""

import re

import pytest

from compliance.findings import CopyFinding, CopyItem, Screening, Verdict
from compliance.rewrites.drafting import LONGEST_DRAFTED, MOST_REWRITTEN, rewrite, with_rewrites
from compliance.rewrites.wording import MOST_WORDINGS, topics_of
from compliance.rulebook import packs, permitted_lists
from compliance.screening import screen
from compliance.understanding.normal import fold
from compliance.wordhits import spellings
from engine.messages import render
from engine.vocabulary import Severity
from tests.compliance.test_own_copy import unlawful

NUMBERS = re.compile(r"\d+|字第|號|核准|認證|許可")


def one(text: str, product: str = "food", facts: dict[str, str] | None = None) -> Screening:
    [result] = screen([CopyItem("r1", text, product, facts or {})])
    return result


def allowed_letters(product: str) -> set[str]:
    pack = next(pack for pack, _ in packs().values() if product in pack.products)
    groups = [group for listed in pack.permitted for group in permitted_lists()[listed].groups]
    return {fold(word) for group in groups for term in group.phrases for word in spellings(term)}


@pytest.mark.parametrize("product", ["food", "cosmetic"])
def test_every_suggestion_screens_clean_and_invents_nothing(product: str) -> None:
    listed = allowed_letters(product)
    drafted = 0
    for _, result in unlawful(product):
        offered = rewrite(result)
        assert offered == rewrite(result)
        assert len(offered.wordings) == len(result.findings)
        for wording in (words for wordings in offered.wordings for words in wordings):
            assert one(wording, product).verdict is Verdict.PASS, wording
            assert any(letters in fold(wording) for letters in listed), wording
            assert set(NUMBERS.findall(wording)) <= set(NUMBERS.findall(result.item.text)), wording
        assert all(len(wordings) <= MOST_WORDINGS for wordings in offered.wordings)
        if offered.draft is None:
            continue
        drafted += 1
        assert one(offered.draft, product).verdict is Verdict.PASS, offered.draft
        assert set(NUMBERS.findall(offered.draft)) <= set(NUMBERS.findall(result.item.text)), offered.draft
    assert drafted >= 0.8 * len(unlawful(product))


def test_the_nearest_wording_is_about_the_same_thing() -> None:
    result = one("睡前一包改善失眠，消除便秘，試試看")
    offered = rewrite(result)
    faults = [
        pair for pair in zip(result.findings, offered.wordings, strict=True) if pair[0].severity is Severity.BLOCK
    ]
    assert len(faults) >= 2
    for finding, wordings in faults:
        about = topics_of(fold(result.item.text[slice(*finding.span)]))
        assert wordings
        assert topics_of(fold(wordings[0])) & about
    assert offered.draft is not None
    assert offered.draft.endswith("試試看")


def test_the_change_that_is_closest_comes_first() -> None:
    offered = rewrite(one("消除皺紋", "cosmetic"))
    assert all("皺紋" in words for wordings in offered.wordings for words in wordings)


def test_a_nutrients_function_is_offered_only_where_the_ad_names_it() -> None:
    with_it = rewrite(one("含維生素C，讓皮膚變白，美白淡斑"))
    without = rewrite(one("讓皮膚變白，美白淡斑"))
    assert any("維生素C" in words for wordings in with_it.wordings for words in wordings)
    assert not any("維生素" in words for wordings in without.wordings for words in wordings)


def test_what_needs_evidence_is_offered_only_where_it_is_stated() -> None:
    text = "消除熊貓眼"
    without = rewrite(one(text, "cosmetic"))
    stated = rewrite(one(text, "cosmetic", {"evidence": "客觀公正試驗數據"}))
    assert "改善熊貓眼" not in {words for wordings in without.wordings for words in wordings}
    assert "改善熊貓眼" in {words for wordings in stated.wordings for words in wordings}


def test_a_licensed_claim_is_offered_as_the_licence_puts_it() -> None:
    facts = {"licence_no": "衛部健食字第A00986號", "permitted_claim": "有助於降低血中總膽固醇"}
    offered = rewrite(one("這瓶治療高膽固醇", "health_food", facts))
    assert any("有助於降低血中總膽固醇" in wordings for wordings in offered.wordings)


def test_where_nothing_screens_clean_that_is_said() -> None:
    offered = rewrite(one("根治香港腳", "drug"))
    assert offered.draft is None
    told = offered.as_dict("en")
    assert told is not None
    assert told["text"] is None
    assert "No draft" in str(told["remark"])


def test_a_draft_is_marked_as_one_in_both_languages() -> None:
    offered = rewrite(one("這杯能降血糖，第二件半價"))
    assert offered.remark is not None
    assert "草稿" in render(offered.remark, "zh-TW")
    assert "draft" in render(offered.remark, "en")


def test_an_ad_that_passes_needs_nothing() -> None:
    offered = rewrite(one("好吃的鳳梨酥"))
    assert (offered.wordings, offered.draft, offered.as_dict()) == ((), None, None)


def test_what_asks_for_no_change_gets_no_wording() -> None:
    result = one("早餐來一杯，降血糖，讓人期待的循環")
    for finding, wordings in zip(result.findings, rewrite(result).wordings, strict=True):
        assert finding.severity is not Severity.NOTE or wordings == ()


def test_a_long_ad_gets_wording_and_no_draft() -> None:
    offered = rewrite(one("降血糖。" + "門市每天營業。" * (LONGEST_DRAFTED // 7 + 1)))
    assert offered.draft is None
    assert offered.remark is not None
    assert str(LONGEST_DRAFTED) in render(offered.remark)


def test_a_large_batch_is_drafted_for_its_first_ads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compliance.rewrites.drafting.MOST_REWRITTEN", 2)
    told = with_rewrites(screen([CopyItem(str(n), "這杯能降血糖，好喝", "food") for n in range(3)]))
    assert [bool(result.rewrite and result.rewrite.draft) for result in told] == [True, True, False]
    assert MOST_REWRITTEN > 2
    row = told[2].as_dict()
    assert row["draft"]["text"] is None
    assert [finding["allowed"] for finding in row["findings"]] == [[] for _ in told[2].findings]


def test_a_finding_on_no_words_gets_no_wording() -> None:
    result = one("這杯能降血糖")
    nowhere = CopyFinding("x.y", (0, 0), Severity.WARN, result.findings[0].message, result.findings[0].suggestion)
    offered = rewrite(Screening(result.item, Verdict.REVIEW, (nowhere,)))
    assert offered.wordings == ((),)
    assert offered.draft is None
