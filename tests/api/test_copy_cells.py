"""Decides what cells of a copy file may say on the way in, and what they hold and tell on the way out."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import openpyxl
import pytest

from api.copy_files import read_copy
from api.copy_out import copy_bytes
from api.services.screenings import screening_row
from compliance.screening import screen
from engine.errors import FileFaults


def test_a_header_that_is_not_ours_is_told_as_it_was_read(tmp_path):
    path = tmp_path / "ads.csv"
    path.write_text("廣告,品類\n茶,food\n", encoding="utf-8")
    with pytest.raises(FileFaults) as caught:
        read_copy(path)
    assert "廣告, 品類" in caught.value.text() and "廣告, 品類" in caught.value.text("en")


@pytest.mark.parametrize(
    ("said", "meant"), [("一般食品", "food"), ("健康食品", "health_food"), ("化粧品 ", "cosmetic"), ("food", "food")]
)
def test_a_category_may_be_named_as_people_know_it(tmp_path, said, meant):
    path = tmp_path / "ads.csv"
    path.write_text(f"文案,產品類別\n茶,{said}\n", encoding="utf-8")
    assert [row.item.product for row in read_copy(path)] == [meant]


FIELDS = {"headline": ["降血糖的茶"], "顧客見證": "喝了便秘改善"}


@pytest.mark.parametrize("form", [".jsonl", ".csv"])
def test_fields_are_weighed_with_the_ad_without_a_platform(tmp_path, form):
    path = tmp_path / f"ads{form}"
    given = json.dumps(FIELDS, ensure_ascii=False)
    if form == ".csv":
        with path.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows([["text", "product", "fields"], ["茶", "food", given]])
    else:
        path.write_text(f'{{"text": "茶", "product": "food", "fields": {given}}}', encoding="utf-8")
    [row] = read_copy(path)
    assert row.item.placement and row.item.placement.fields == {
        "headline": ("降血糖的茶",),
        "顧客見證": ("喝了便秘改善",),
    }
    [result] = screen([row.item])
    assert {finding.field for finding in result.findings} >= {"headline", "顧客見證"}


def test_what_a_cell_cannot_hold_is_told_and_its_findings_stay_json(tmp_path):
    path = tmp_path / "ads.jsonl"
    path.write_text(json.dumps({"text": "3天瘦5公斤，降血糖，" * 3_000, "product": "food"}), encoding="utf-8")
    rows = read_copy(path)
    results = list(zip(rows, [screening_row(one, "zh-TW") for one in screen([row.item for row in rows])], strict=True))
    csv.field_size_limit(10**7)
    [line] = csv.DictReader(io.StringIO(copy_bytes(results, ".csv", date(2026, 11, 23)).decode("utf-8-sig")))
    kept, every = json.loads(line["findings"]), results[0][1]["findings"]
    assert 0 < len(kept) < len(every) and all(finding in every for finding in kept)
    assert f"共有 {len(every)} 筆" in line["remarks"] and "「text」有 33000 個字元" in line["remarks"]
    page, details = openpyxl.load_workbook(io.BytesIO(copy_bytes(results, ".xlsx", date(2026, 11, 23)))).worksheets
    why = page.cell(2, 6).value
    assert "備註：「text」有 33000 個字元" in why and why.count("降血糖") == 1
    assert details.max_row == 1 + len(every)
    [whole] = copy_bytes(results, ".jsonl", date(2026, 11, 23)).decode().splitlines()
    assert json.loads(whole)["findings"] == every


def test_facts_no_rule_uses_reach_the_reviewer_in_every_form(tmp_path, adcue):
    path = tmp_path / "ads.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([["text", "product", "facts"], ["茶", "food", '{"shelf": "左邊", "evidence": 3}']])
    for form in (".jsonl", ".csv", ".xlsx"):
        code, told, _ = adcue("copy-check", path, "--out", tmp_path / f"out{form}")
        assert code == 0 and "「shelf」" in told and "「evidence」" in told
    for form in (".jsonl", ".csv"):
        written = (tmp_path / f"out{form}").read_text(encoding="utf-8-sig")
        assert "「shelf」" in written and "「evidence」" in written
    why = openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[0].cell(2, 7).value
    assert "備註：" in why and "「shelf」" in why and "「evidence」" in why


def test_direction_marks_do_not_turn_the_table_round(tmp_path, adcue):
    path = tmp_path / "ads.jsonl"
    path.write_text(json.dumps({"text": "\u202e好茶降\u202d血\u2066糖", "product": "food"}), encoding="utf-8")
    code, told, _ = adcue("copy-check", path)
    assert code == 0 and "降血糖" in told and not any(mark in told for mark in "\u202d\u202e\u2066")


@pytest.mark.parametrize(
    ("cell", "facts"),
    [
        ("licence_no: 衛部健食字第A00001號\norigin＝南投", {"licence_no": "衛部健食字第A00001號", "origin": "南投"}),
        ('{"origin": "南投"}', {"origin": "南投"}),
        ("  \n", {}),
        ("南投", None),
        ("origin: 南投\n還有別的", None),
    ],
)
def test_facts_in_a_cell_are_json_or_a_line_each(tmp_path, cell, facts):
    path = tmp_path / "ads.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([["text", "product", "facts"], ["茶", "food", cell]])
    if facts is not None:
        assert [row.item.facts for row in read_copy(path)] == [facts]
        return
    with pytest.raises(FileFaults) as caught:
        read_copy(path)
    assert [fault.message.id for fault in caught.value.faults] == ["api.copy.facts"]
