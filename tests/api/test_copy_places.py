"""Copy files and bodies that say where an ad is to run: every form out, every fault with its row."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import openpyxl
import pytest

from api.copy_files import read_copy
from api.copy_out import check_suffix, copy_bytes
from api.finding_words import DRAFT
from api.services.screenings import screening_row
from compliance.screening import screen
from engine.errors import FileFaults
from tests.api.conftest import PIECE

HEAD = ["編號", "文案", "產品類別", "平台", "版型", "標題 1", "標題 2", "標題 3", "說明", "負責人"]
LONG = "秋季新品上市門市現場陳列到月底為止"
GOOD = [
    "a",
    "秋季新品上市",
    "general",
    "google",
    "rsa",
    "秋季新品",
    "週末市集",
    "門市同慶",
    "到店試用\n線上訂購",
    "小組一",
]
BAD = ["b", "秋季新品上市", "general", "google", "google.rsa", LONG, "週末市集", "", "到店試用", "=1+1"]


def _file(tmp_path, kind):
    path = tmp_path / f"ads{kind}"
    if kind == ".xlsx":
        book = openpyxl.Workbook()
        for row in (HEAD, GOOD, BAD):
            book.active.append(["'" + cell if cell.startswith("=") else cell for cell in row])
        book.save(path)
    elif kind == ".csv":
        with path.open("w", newline="", encoding="utf-8-sig") as out:
            csv.writer(out).writerows([HEAD, GOOD, BAD])
    else:
        own = ["row_id", "text", "product", "platform", "format"]
        rows = [
            dict(zip(own, row, strict=False)) | {"headline": row[5:8], "descriptions": row[8], "owner": row[9]}
            for row in (GOOD, BAD)
        ]
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", [".jsonl", ".csv", ".xlsx"])
def test_every_form_checks_the_fields_and_comes_back_in_its_own_form(kind, tmp_path):
    path = _file(tmp_path, kind)
    rows = read_copy(path)
    told = [screening_row(one, "zh-TW") for one in screen([row.item for row in rows])]
    assert [one["verdict"] for one in told] == ["pass", "block"]
    assert {f["code"] for f in told[1]["findings"]} == {"spec.too_long", "spec.too_few"}
    form = check_suffix(tmp_path / "out", path)
    assert form == kind
    written = copy_bytes(list(zip(rows, told, strict=True)), form, date(2026, 11, 27))
    if kind == ".jsonl":
        lines = [json.loads(line) for line in written.decode().splitlines()]
        assert lines[1]["owner"] == "=1+1" and lines[1]["findings"][0]["reference"]["checked"] == "2026-10-06"
    elif kind == ".csv":
        table = list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))
        assert table[0] == [*HEAD, "verdict", "findings", "remarks", DRAFT] and table[2][9] == "'=1+1"
    else:
        page, details = openpyxl.load_workbook(io.BytesIO(written)).worksheets
        assert [cell.value for cell in page[1]][:10] == HEAD and page.cell(3, 10).value.startswith("'")
        assert "超過上限 30" in page.cell(3, 14).value and "2026-10-06" in page.cell(3, 16).value
        head = [cell.value for cell in details[1]]
        seen = [dict(zip(head, [cell.value for cell in row], strict=True)) for row in details.iter_rows(min_row=2)]
        assert any(one["規格來源"].startswith("google.rsa（2026-10-06）") and "標題 1" in one["說明"] for one in seen)


def test_all_faults_of_all_rows_are_told_at_once_with_their_header(tmp_path):
    path = tmp_path / "ads.csv"
    path.write_text(
        "文案,產品類別,facts,版型,平台\n,food,[1],,\nx,potion,,rsb,google\nx,,,google.rsa,\n", encoding="utf-8"
    )
    with pytest.raises(FileFaults) as caught:
        read_copy(path)
    told = {(fault.row, fault.column, fault.message.id.rpartition(".")[2]) for fault in caught.value.faults}
    assert told == {
        (2, "文案", "no_text"), (2, "facts", "facts"), (3, "產品類別", "unknown_product"),
        (3, "format", "unknown_format"), (4, "產品類別", "no_product"),
    }  # fmt: skip
    assert "ads.csv:3 [產品類別]" in caught.value.text() and "google.rsa" in caught.value.text("en")


@pytest.mark.parametrize(("given", "column", "code"), [
    ({"platform": 5}, "platform", "place"),
    ({"platform": "google", "headline": [1]}, "headline", "field_values"),
    ({"platform": "google", "headline": ["x"] * 201}, "headline", "field_values"),
    ({"note": "\ud83d"}, None, "half_character"),
])  # fmt: skip
def test_values_that_cannot_be_read_are_refused(tmp_path, given, column, code):
    path = tmp_path / "ads.jsonl"
    path.write_text(json.dumps({"text": "茶", "product": "food"} | given), encoding="utf-8")
    with pytest.raises(FileFaults) as caught:
        read_copy(path)
    [fault] = caught.value.faults
    assert (fault.row, fault.column, fault.message.id) == (1, column, f"api.copy.{code}")


def test_columns_of_ones_own_stay_ones_own_without_a_place(tmp_path):
    path = tmp_path / "ads.csv"
    path.write_text("text,product,標題,platform\n茶,food,降血糖,\n", encoding="utf-8")
    [row] = read_copy(path)
    assert row.item.placement is None and row.given["標題"] == "降血糖"


def test_nothing_is_written_where_a_file_is_at_fault(tmp_path, adcue):
    path, out = tmp_path / "ads.csv", tmp_path / "out.csv"
    path.write_text("text,product\n茶,potion\n", encoding="utf-8")
    out.write_text("before", encoding="utf-8")
    code, _, err = adcue("copy-check", path, "--out", out)
    assert code and "ads.csv:2 [product]" in err
    assert out.read_text(encoding="utf-8") == "before" and sorted(p.name for p in tmp_path.glob("*.csv")) == [
        "ads.csv", "out.csv"
    ]  # fmt: skip


def test_a_place_that_cannot_be_written_keeps_no_piece_of_the_file(tmp_path, adcue):
    path, out = tmp_path / "ads.csv", tmp_path / "out"
    path.write_text("text,product\n茶,food\n", encoding="utf-8")
    out.mkdir()
    code, _, err = adcue("copy-check", path, "--out", out)
    assert code and "out" in err
    assert not list(tmp_path.glob(".adcue-*"))


def test_the_same_is_checked_over_http_and_on_the_command_line(client, key, tmp_path, adcue):
    fields = {"title": ["每天早上現做的鮮奶茶與厚片吐司配現煎蛋餅外送"], "description": ["現做外送"]}
    ad = {"row_id": "a", "text": "早安咖啡", "product": "food", "platform": "line", "format": "lap.image"}
    http = client.post("/v1/copy-checks", json={"rows": [ad | {"fields": fields}]}, headers=key())
    [finding] = http.json["rows"][0]["findings"]
    assert (finding["code"], finding["severity"], finding["field"]) == ("spec.too_long", "block", "title")
    path = tmp_path / "ads.jsonl"
    path.write_text(json.dumps(ad | fields, ensure_ascii=False), encoding="utf-8")
    code, out, _ = adcue("copy-check", path, "--json")
    assert code == 0 and json.loads(out)["rows"] == http.json["rows"]
    wrong = client.post("/v1/copy-checks", json={"rows": [ad | {"format": "rsa"}]}, headers=key())
    assert wrong.status_code == 422 and "line.lap.image" in wrong.text


def test_hostile_creatives_are_read_and_judged_in_bounded_time(tmp_path):
    units = ("字", "<b>", "\u202e", "!", "＊", "🔥", "a ")
    rows = [{"text": u * (100_000 // len(u)), "product": "food", "platform": "google", "format": "rsa"} for u in units]
    path = tmp_path / "ads.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    items = [row.item for row in read_copy(path)]
    assert [one.item.row_id for one in screen(items)] == [str(n) for n in range(1, len(units) + 1)]


def test_the_page_checks_copy_for_the_format_chosen(logged_in):
    page = logged_in()
    assert '<option value="tiktok.in_feed.video">TikTok 動態影片廣告</option>' in page.get("/").get_data(as_text=True)
    form = {"text": "早安咖啡 #早餐", "product": "food", "format": "tiktok.in_feed.video"}
    piece = page.post("/copy", data=form, headers=PIECE).get_data(as_text=True)
    assert "不可以有「#」" in piece and "<mark>#</mark>" in piece and "2024-07" in piece
    assert "沒有填寫版型的文案欄位" in piece
