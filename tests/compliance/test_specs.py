"""Copy specifications: every field at its limit and one beyond, counts, conflicts, tricks, files that are wrong."""

from __future__ import annotations

import time

import pytest
import yaml

from compliance.findings import CopyItem, Placement, Verdict
from compliance.screening import screen
from compliance.specs.book import read_specs, spec_book
from compliance.specs.checking import check_specs
from compliance.specs.counting import Length, length_of
from engine.errors import PackError
from engine.messages import render
from engine.packs import package_path
from engine.vocabulary import Severity
from tests.shared import shared_dir

BOOK = spec_book()
FIELDS = [(spec.id, name) for spec in BOOK.specs.values() for name in spec.format.fields]
HEADLINES, DESCRIPTIONS = ["早餐", "午餐", "晚餐"], ["現做", "外送"]


def codes(*args, **more):
    return {(f.code, f.severity.value) for f in check_specs(*args, **more)}


@pytest.mark.parametrize(("text", "platform", "least", "most"), [
    ("限時優惠 5 折", "google", 13, 13), ("Sale 50%", "google", 8, 8), ("ＡＢ", "google", 4, 4),
    ("{KeyWord:咖啡}豆", "google", 6, 6), ("茶😀", "google", 3, 4), ("茶·", "google", 3, 4),
    ("限時優惠 5 折", "line", 8, 8), ("茶👨‍👩‍👧", "meta", 2, 6), ("限時A", "tiktok", 5, 5),
])  # fmt: skip
def test_a_text_counts_as_the_platform_counts(text, platform, least, most):
    assert length_of(text, BOOK.platforms[platform].counting) == Length(least, most)


@pytest.mark.parametrize(("identity", "name"), FIELDS)
def test_every_limit_holds_at_the_limit_and_bites_one_beyond(identity, name):
    spec = BOOK.specs[identity]
    field = spec.format.fields[name]
    lengths = {}
    for length in (field.limit, field.limit + 1):
        found = check_specs({name: ["x" * length]}, spec.platform, identity)
        lengths[length] = {(f.code, f.severity) for f in found if f.field == name and f.field_span}
    beyond = ("spec.too_long", Severity.BLOCK) if field.mode == "hard" else ("spec.recommended_length", Severity.NOTE)
    assert beyond in lengths[field.limit + 1] and ("spec.too_long", Severity.BLOCK) not in lengths[field.limit]


@pytest.mark.shared
def test_limits_are_those_of_the_collected_facts():
    facts = yaml.safe_load((shared_dir() / "data" / "ad_specs.yaml").read_text())
    for form in facts["formats"]:
        texts = [*form.get("text", []), *form.get("cards", {}).get("text", [])]
        identity = form["id"] if form["id"] in BOOK.specs else f"google.{form['id']}"
        for text in texts:
            field = BOOK.specs[identity].format.fields[text["id"]]
            assert (field.limit, field.mode) == (text["limit"], text["mode"]), (identity, text["id"])


def test_counts_are_checked_where_fields_are_given():
    assert codes({"headline": HEADLINES, "description": DESCRIPTIONS}, "google", "rsa") == set()
    assert codes({"標題": HEADLINES[:2], "描述": DESCRIPTIONS}, "Google Ads", "回應式搜尋廣告") == {
        ("spec.too_few", "block")
    }
    assert ("spec.too_many", "block") in codes({"headline": ["茶"] * 16, "description": DESCRIPTIONS}, "google", "rsa")
    assert ("spec.unused_field", "note") in codes(
        {"title": ["茶"], "description": ["茶"], "path": ["x"]}, "line", "lap.image"
    )


def test_sources_that_disagree_are_shown_as_a_conflict():
    fields = {"headline": ["字" * 16], "description": ["茶"], "business_name": ["茶行"]}
    [finding] = check_specs(fields, "google", "demand_gen.video")[:1]
    assert (finding.code, finding.severity) == ("spec.disputed_length", Severity.WARN)
    assert "來源不一致" in " ".join(render(caveat) for caveat in finding.caveats)
    pmax = {"headline": ["茶"] * 3, "long_headline": ["茶"], "description": ["茶"] * 2, "business_name": ["茶"]}
    assert codes(pmax, "google", "pmax") == {("spec.disputed_count", "warn")}
    assert ("spec.uncertain_length", "warn") in codes({"headline": ["字" * 14 + "x😀"]}, "google", "rsa")


def test_a_finding_names_its_source_and_the_day():
    [finding, *_] = check_specs({"title": ["字" * 21]}, "line", "lap.image", "開場：" + "字" * 21)
    said = finding.as_dict()
    assert said["span"] == [3, 24] and (said["field"], said["field_span"]) == ("title", [0, 21])
    assert said["reference"]["checked"] == "2026-10-06" and said["reference"]["urls"][0].startswith("https://")
    assert said["certainty"] == "secondary" and "2026-10-06" in said["caveats"][0]


@pytest.mark.parametrize(("text", "code"), [
    ("flowers!!", "repeated_marks"), ("今天特價！！", "repeated_marks"), ("*flowers*", "decoration"),
    ("★★買一送一", "decoration"),
    ("f l o w e r s", "spaced_letters"), ("F.L.O.W.E.R.S.", "spaced_letters"), ("全 館 特 價 中", "spaced_letters"),
    ("fLoWeRs for you", "odd_capitals"), ("f1owers", "replaced_letters"), ("fl@wers", "replaced_letters"),
    ("新品上市😀", "emoji"), ("click here", "call"), ("了解更多請點這裡", "call"),
])  # fmt: skip
def test_tricks_of_writing_are_found_where_google_refuses_them(text, code):
    assert f"editorial.{code}" in {finding.code for finding in check_specs({}, "google", "", text)}
    assert not check_specs({}, "line", "", text)


@pytest.mark.parametrize("text", [
    "iPhone 與 MacBook 配件", "NASA 展覽…限時開放", "【限時】【免運】全館特價！", "A.M. 8 點開門", "春、夏、秋、冬",
    "重點這裡說明一次",
    "5★ 飯店", "mp3 與 4k 螢幕", "寄信到 shop@example.com", "點我家的餐",
])  # fmt: skip
def test_ordinary_writing_is_left_alone(text):
    assert not check_specs({}, "google", "", text)


def test_text_and_fields_are_weighed_as_one_ad_and_told_in_their_field():
    at = Placement("line", "lap.image", {"title": ("這杯降血糖",), "description": ("好喝",)})
    [result] = screen([CopyItem("1", "早安，好喝的茶", "food", {}, at)])
    assert result.verdict is Verdict.BLOCK
    [finding] = [one for one in result.findings if one.severity is Severity.BLOCK]
    assert (finding.field, finding.field_span, finding.span) == ("title", (2, 5), (0, 0))
    assert finding.article == "28"


def test_what_is_not_on_file_is_told_and_never_refused_in_silence():
    def remarks(*place):
        [result] = screen([CopyItem("1", "好喝的茶", "food", {}, Placement(*place))])
        return [remark.id.rpartition(".")[2] for remark in result.remarks]

    assert remarks("dcard") == ["unknown_platform"] and remarks("google") == ["no_format"]
    assert remarks("google", "rsa") == ["no_fields"] and remarks("meta", "ig_story.image") == []


def test_facts_no_rule_can_use_are_shown():
    [result] = screen(
        [CopyItem("1", "好喝的茶", "food", {"licence_no": "第 5 號", "evidence": [1], "form": "錠", "pay": 3})]
    )
    assert [(r.id.rpartition(".")[2], r.values["name"]) for r in result.remarks] == [
        ("unusable_fact", "form"), ("fact_format", "licence_no"), ("fact_type", "evidence")
    ]  # fmt: skip


def test_hostile_texts_take_bounded_time():
    start = time.process_time()
    for unit in ("字", "a ", "A.", "*a", "aB", "{", "# ", "😀", "！", "a1"):
        check_specs({"ad_text": [unit * (100_000 // len(unit))]}, "tiktok", "in_feed.video")
        check_specs({}, "google", "rsa", unit * (100_000 // len(unit)))
    assert time.process_time() - start < 10


@pytest.mark.parametrize(("file", "old", "new", "named"), [
    ("line_lap.yaml", "limit: 20", "limit: 0", "formats.lap.image.fields.title.limit"),
    ("line_lap.yaml", "mode: hard", "mode: strict", "formats.lap.image.fields.title.mode"),
    ("line_lap.yaml", "sources: [agency_tool", "sources: [nobody", "nobody"),
    ("line_lap.yaml", "platform: line", "platform: lime", "lime"),
    ("google_search.yaml", "min: 3", "min: 30", "min 30 is above max 15"),
    ("platforms/google.yaml", 'paragraph: "3"', 'paragraph: "9"', "editorial.5.paragraph"),
    ("platforms/google.yaml", "trick: emoji", "trick: smile", "editorial.5.trick"),
])  # fmt: skip
def test_a_wrong_file_is_refused_with_its_field(tmp_path, file, old, new, named):
    for source in [*(folder := package_path("compliance") / "specs").rglob("*.yaml")]:
        target = tmp_path / source.relative_to(folder)
        target.parent.mkdir(exist_ok=True)
        text = source.read_text()
        target.write_text(text.replace(old, new, 1) if str(target).endswith(file) else text)
    with pytest.raises(PackError) as caught:
        read_specs(tmp_path)
    told = caught.value.text("en")
    assert file.rpartition("/")[2] in told and named in told
