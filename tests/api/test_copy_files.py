"""Files of ad copy: three forms in, three forms out, every fault with its row."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.copy_files import read_copy
from api.copy_out import copy_bytes
from api.finding_words import DRAFT, article, draft_text, merged_spans, sentences
from api.services.screenings import screening_row
from compliance.rewrites.drafting import with_rewrites
from compliance.screening import screen
from engine.errors import FileFaults, InputError
from engine.settings import Settings

ROWS = [
    {"row_id": "a", "text": "這款果汁三天治好糖尿病", "product": "food"},
    {"row_id": "b", "text": "新鮮現榨柳橙汁，每天早上現做", "product": "food", "facts": {"origin": "台灣"}},
]


def _jsonl() -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS).encode()


def _csv(encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["row_id", "text", "product", "facts", "備註"])
    writer.writeheader()
    for row in ROWS:
        writer.writerow(row | {"facts": json.dumps(row.get("facts", {}), ensure_ascii=False), "備註": "秋檔"})
    return out.getvalue().encode(encoding)


def _xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["編號", "文案", "產品類別", "facts"])
    for row in ROWS:
        facts = json.dumps(row.get("facts", {}), ensure_ascii=False)
        book.active.append([row["row_id"], row["text"], row["product"], facts])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


FORMS = {
    "a.jsonl": _jsonl,
    "a.csv": _csv,
    "b.csv": lambda: _csv("cp950"),
    "c.csv": lambda: _csv("utf-8-sig"),
    "a.xlsx": _xlsx,
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_reads_the_same(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(FORMS[name]())
    items = [row.item for row in read_copy(path)]
    assert [(i.row_id, i.text, i.product) for i in items] == [(r["row_id"], r["text"], r["product"]) for r in ROWS]
    assert items[1].facts == {"origin": "台灣"}


@pytest.fixture
def results(tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(_csv())
    rows = read_copy(path)
    told = [screening_row(one, "zh-TW") for one in with_rewrites(screen([row.item for row in rows]))]
    return list(zip(rows, told, strict=True))


def test_json_lines_out(results):
    lines = [json.loads(line) for line in copy_bytes(results, ".jsonl", date(2026, 11, 23)).decode().splitlines()]
    assert [line["verdict"] for line in lines] == ["block", "pass"]
    assert lines[0]["備註"] == "秋檔"
    first = lines[0]["findings"][0]
    assert {"source", "code", "span", "law", "article", "paragraph", "severity", "message"} <= set(first)
    start, end = first["span"]
    assert 0 <= start < end <= len(ROWS[0]["text"])
    assert (first["law"], first["article"]) == ("食品安全衛生管理法", "28")


def test_csv_out(results):
    text = copy_bytes(results, ".csv", date(2026, 11, 23)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["verdict"] for row in rows] == ["block", "pass"]
    assert json.loads(rows[0]["findings"])[0]["severity"] == "block"
    assert json.loads(rows[1]["findings"]) == []
    assert [bool(row[DRAFT]) for row in rows] == [True, False]


def test_xlsx_out_keeps_the_rows_and_puts_the_findings_beside(results):
    book = openpyxl.load_workbook(io.BytesIO(copy_bytes(results, ".xlsx", date(2026, 11, 23))))
    page, details = book.worksheets
    head = [cell.value for cell in page[1]]
    assert head == ["row_id", "text", "product", "facts", "備註", "判定", "法條", "確定程度", "說明",
                    DRAFT, "未定事項"]  # fmt: skip
    assert [page.cell(row, 6).value for row in (2, 3)] == ["禁止刊登", "通過"]
    assert "食品安全衛生管理法 §28" in page.cell(2, 7).value
    assert page.cell(2, 8).value == "已對照所存條文" and not page.cell(3, 8).value
    assert "只核對到 2024-10-24" in page.cell(2, 11).value
    assert page.cell(2, 2).value == ROWS[0]["text"]
    assert page.cell(2, 10).value == draft_text(results[0][1]) and not page.cell(3, 10).value
    assert details.max_row == 1 + len(results[0][1]["findings"])


def test_a_checked_workbook_can_be_read_and_printed(results):
    book = openpyxl.load_workbook(io.BytesIO(copy_bytes(results, ".xlsx", date(2026, 11, 23))), rich_text=True)
    page, details = book.worksheets
    assert page.freeze_panes == "C2" and details.freeze_panes == "A2"
    setup = page.page_setup  # one page wide where the number of pages across is left out
    assert (setup.orientation, setup.fitToWidth or 1, setup.fitToHeight) == ("landscape", 1, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == details.print_title_rows == "$1:$1"
    assert len({page.cell(row, 6).fill.fgColor.rgb for row in (2, 3)}) == 2
    for cell in (cell for row in page.iter_rows(min_row=2) for cell in row):
        letters = sum(2 if ord(char) > 0x2E80 else 1 for char in str(cell.value or ""))
        lines = letters // page.column_dimensions[cell.column_letter].width
        assert cell.alignment.wrap_text and page.row_dimensions[cell.row].height >= 12 * lines
    runs = [part for part in page.cell(2, 2).value if not isinstance(part, str)]
    assert {run.font.rFont for run in runs} == {"Microsoft JhengHei"}


def test_the_reason_names_the_words_and_the_gravest_comes_first(results):
    lines = sentences(results[0][1])
    assert lines[0].startswith("禁止「") and "糖尿病" in lines[0]
    assert [line[:2] for line in lines] == sorted(
        (line[:2] for line in lines), key=["禁止", "注意", "提醒", "備註"].index
    )
    remarked = results[0][1] | {"findings": [], "remarks": ["規則還不會用事實欄"]}
    assert sentences(remarked) == ["備註：規則還不會用事實欄"]
    letters = "甲乙丙丁戊己庚辛"
    many = [{"span": [at, at + 1], "severity": "warn", "message": "看看"} for at in range(len(letters))]
    told = sentences({"text": letters, "findings": many, "remarks": []})
    assert told == ["注意「甲」「乙」「丙」「丁」「戊」等 8 處：看看"]


def test_a_draft_of_fields_says_which_is_which():
    draft = {"text": "好茶", "fields": {"標題": ["甲", "乙"]}, "remark": "草稿"}
    assert draft_text({"draft": draft}) == "文案：好茶\n標題：甲\n標題：乙"
    assert draft_text({"draft": draft | {"fields": {}}}) == "好茶"
    assert draft_text({"draft": draft | {"text": None}}) == "草稿"
    assert draft_text({}) == draft_text({"draft": None}) == ""


def test_an_article_is_cited_as_people_cite_it():
    assert article({"law": "食品安全衛生管理法", "article": "28", "paragraph": "1"}) == "食品安全衛生管理法 §28 第1項"
    editorial = {"law": "Google Ads 政策", "article": "editorial", "paragraph": "1"}
    assert article(editorial) == "Google Ads 政策「編輯規定」第 1 點"


@pytest.mark.parametrize(
    ("name", "content", "row", "code"),
    [
        ("a.jsonl", b'{"text": "x", "product": "food"}\n{oops', 2, "api.copy.not_json"),
        ("a.jsonl", b"[1]", 1, "api.copy.not_json"),
        ("a.jsonl", b'{"text": "", "product": "food"}', 1, "api.copy.no_text"),
        ("a.jsonl", b'{"text": 5, "product": "food"}', 1, "api.copy.no_text"),
        ("a.jsonl", b'{"text": "x"}', 1, "api.copy.no_product"),
        ("a.jsonl", b'{"text": "x", "product": "food", "facts": [1]}', 1, "api.copy.facts"),
        ("a.jsonl", "文案".encode("cp950"), 1, "api.copy.not_utf8"),
        ("a.jsonl", b"\n\n", None, "api.copy.no_rows"),
        ("a.csv", b"text,other\nx,y\n", 1, "api.copy.no_column"),
        ("a.csv", b"text,text,product\nx,y,food\n", 1, "api.copy.column_twice"),
        ("a.csv", b"text,product\nx,food,too,many\n", 2, "api.copy.long_row"),
        ("a.csv", b"text,product\nx,\n", 2, "api.copy.no_product"),
        ("a.csv", b"text,product\n", None, "api.copy.no_rows"),
        ("a.csv", b'text,product\ny,food\n"x,food\nz,food\n', 3, "api.copy.open_quote"),
        ("a.csv", b'text,product\ny,food\n"x,food', 3, "api.copy.open_quote"),
        ("a.csv", b"%PDF-1.7", None, "engine.ingest.kind.pdf"),
        ("a.xlsx", b"PK\x03\x04 broken", None, "engine.ingest.workbook.cut"),
        ("a.xlsx", b"", None, "engine.ingest.empty"),
    ],
)
def test_every_fault_is_named_with_its_row(tmp_path, name, content, row, code):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileFaults) as caught:
        read_copy(path)
    assert (row, code) in [(fault.row, fault.message.id) for fault in caught.value.faults]


def test_a_zip_bomb_is_not_opened(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    with pytest.raises(FileFaults) as caught:
        read_copy(path)
    assert caught.value.faults[0].message.id == "engine.ingest.workbook.ratio"


def test_too_many_rows_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,product\n" + "x,food\n" * 30)
    with pytest.raises(FileFaults) as caught:
        read_copy(path, Settings(max_rows=10))
    assert caught.value.faults[0].message.id == "engine.ingest.too_many_rows"


def test_an_unknown_form_of_output_is_refused_before_any_work(tmp_path):
    from api.copy_out import check_suffix

    with pytest.raises(InputError):
        check_suffix(tmp_path / "out.doc")


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=12))
def test_marked_parts_are_in_order_inside_the_text_and_never_overlap(spans):
    marked = merged_spans([{"span": list(span)} for span in spans], 30)
    flat = [edge for pair in marked for edge in pair]
    assert flat == sorted(flat) and len(flat) == len(set(flat))
    covered = {i for a, b in spans for i in range(a, min(b, 30))}
    assert {i for a, b in marked for i in range(a, b)} == covered
