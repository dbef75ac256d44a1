"""Decides that a draft keeps every field of an ad in its place and screens clean when it is put back there."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle

import pytest

from compliance.findings import CopyItem, Placement, Verdict
from compliance.rewrites.drafting import rewrite
from compliance.rewrites.outcome import Rewrite
from compliance.rulebook import packs
from compliance.screening import screen
from tests.compliance.test_packs import screened_as

PLAIN = "門市週一到週日營業。"
NAMES = ("headline", "body", "hashtags", "cta", "testimonials", "image_text")
EVERY = 2  # of the packs' rules; each gives its first example


def examples() -> list[CopyItem]:
    """The first example of rules of every pack, in one field after the other, beside lawful words."""
    rules = [(name, rule) for name, (pack, _) in packs().items() for rule in pack.rules][::EVERY]
    items = []
    for (name, rule), field in zip(rules, cycle(NAMES)):
        example = rule.examples.flag[0]
        text, facts = (example, {}) if isinstance(example, str) else (example.text, example.facts)
        fields = {field: (text.replace("\n", " "), "歡迎來店看看"), "note": (PLAIN,)}
        items.append(CopyItem(rule.code, f"{PLAIN}{text}", screened_as(name), facts, Placement(fields=fields)))
    return items


def drafted(item: CopyItem) -> tuple[Rewrite, CopyItem | None]:
    [result] = screen([item])
    told = rewrite(result)
    if told.draft is None:
        return told, None
    placement = None if item.placement is None else replace(item.placement, fields=dict(told.fields))
    return told, replace(item, text=told.draft, placement=placement)


def test_every_draft_of_the_packs_examples_screens_clean_in_the_same_fields() -> None:
    made = 0
    for item in examples():
        _, draft = drafted(item)
        if draft is None:
            continue
        made += 1
        [again] = screen([draft])
        assert again.verdict is Verdict.PASS, (item.row_id, draft)
        assert item.placement and draft.placement
        given = item.placement.fields
        assert all(len(values) <= len(given[name]) for name, values in draft.placement.fields.items()), item.row_id
        assert draft.placement.fields["note"] == (PLAIN,), item.row_id
    assert made >= 40


def ad(text: str, platform: str = "", format_: str = "", product: str = "food", **fields: list[str]) -> CopyItem:
    placement = Placement(platform, format_, {name: tuple(values) for name, values in fields.items()})
    return CopyItem("1", text, product, {}, placement)


def test_each_field_is_reworked_in_its_own_place() -> None:
    told, _ = drafted(
        ad(
            "早安烏龍茶，冷泡好喝。",
            headline=["降血糖的茶", "買二送一"],
            hashtags=["#減肥 #烏龍茶"],
            cta=["立即根治失眠"],
        )
    )
    assert told.draft == "早安烏龍茶，冷泡好喝。"
    assert told.fields["headline"][1] == "買二送一" and told.fields["headline"][0] != "降血糖的茶"
    first, kept = told.fields["hashtags"][0].split()
    assert kept == "#烏龍茶" and first.startswith("#") and "減肥" not in first
    assert all(wordings for wordings in told.wordings[:1])
    assert told.fields["cta"][0] and "。" not in told.fields["cta"][0]


def test_words_of_a_field_that_stand_in_the_text_change_alike() -> None:
    told, _ = drafted(ad("降血糖的茶，買二送一", headline=["降血糖的茶"]))
    assert told.draft == f"{told.fields['headline'][0]}，買二送一"


def test_no_words_are_put_into_anybodys_mouth() -> None:
    told, _ = drafted(ad("好喝的茶。", testimonials=["喝了一週便秘改善，真好喝"]))
    assert told.fields == {"testimonials": ("真好喝",)}
    told, _ = drafted(ad("好喝的茶。", 顧客見證=["喝了一週便秘改善"]))
    assert told.draft == "好喝的茶。" and told.fields == {}


def test_what_a_headline_becomes_fits_its_format() -> None:
    rsa = {"headline": ["根治失眠", "買二送一", "冷泡好喝"], "description": ["現泡好喝的茶。", "週日前有效"]}
    told, draft = drafted(ad("好喝的茶。", "google", "rsa", **rsa))
    assert draft is not None and told.fields["headline"][1:] == ("買二送一", "冷泡好喝")
    assert screen([draft])[0].verdict is Verdict.PASS


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_a_draft_tells_its_fields_and_what_it_is_worth(language: str) -> None:
    told, _ = drafted(ad("好喝的茶。", headline=["降血糖"]))
    document = told.as_dict(language)  # type: ignore[arg-type] - parametrized
    assert document and document["fields"]["headline"] and document["remark"]
