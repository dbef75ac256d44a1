"""The cue sheet: columns, exact money, formulas that agree with their cached values, what leaves and what may not."""

from __future__ import annotations

import io
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cue import asset_deadline, spread_exactly
from api.reports.cue_sheet import write_cue_sheet
from api.services.cue_sheets import build_cue_sheet, cue_sheet_of
from api.services.screenings import CopyRow, check_copy
from compliance.findings import CopyItem
from engine.errors import ConflictError, NotFoundError
from engine.settings import settings as configured
from tests.api.specimens import WEEKS, cue_sheet

EXTERNAL = [
    "類別", "媒體／系統", "版位", "頻道", "規格", "格式", "輪替／固定", "計價方式", "預估曝光", "預估點擊率",
    "預估點擊", "預估購買", "刊登期間", "天數", "素材提供期限", "媒體金額（未稅）",
]  # fmt: skip
INTERNAL = ["服務費率", "服務費", "付媒體金額", "利潤", "利潤率"]


def _pages(content: bytes, *, values: bool = True):
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def _titles(page) -> list[str]:
    return [str(cell.value).split("\n")[0] for cell in page[7] if cell.value]


@pytest.mark.parametrize(("internal", "columns"), [(False, EXTERNAL), (True, EXTERNAL + INTERNAL)])
def test_the_columns_of_each_form(internal, columns):
    page = _pages(write_cue_sheet(cue_sheet("購買"), internal=internal)).worksheets[0]
    assert _titles(page) == columns


def test_the_client_sees_neither_fee_per_line_nor_profit_nor_reasons():
    book = _pages(write_cue_sheet(cue_sheet("購買")))
    words = {str(cell.value) for page in book for row in page.iter_rows() for cell in row}
    assert not any("利潤" in word or "付媒體" in word for word in words)
    assert book.sheetnames == ["排程表", "走期分配"]


def _due(page) -> dict[str, float]:
    return {
        page.cell(row, 13).value: page.cell(row, 16).value
        for row in range(8, page.max_row + 1)
        if page.cell(row, 16).value
    }


@pytest.mark.parametrize("internal", [False, True])
def test_totals_agree_with_exact_decimals(internal):
    sheet = cue_sheet("購買")
    due = _due(_pages(write_cue_sheet(sheet, internal=internal)).worksheets[0])
    totals = sheet.totals()
    assert due["媒體費合計"] == totals.media == 383_334
    assert due["服務費"] == totals.fee == 57_500
    assert due["營業稅"] == totals.tax == 22_042
    assert due["含稅總計"] == totals.due == totals.media + totals.fee + totals.tax


def test_the_fee_is_rounded_once_and_the_lines_share_it_out():
    sheet = cue_sheet("購買", (1_595_133, 3_027_551, 248_246, 1_223_445, 3_169_551, 1_966_074))
    assert sheet.totals().media == 11_230_000
    assert sheet.totals().fee == 1_684_500
    fees = [sheet.line_fee(line) for line in sheet.lines]
    assert sum(fees) == 1_684_500
    assert all(abs(fee - line.amount * sheet.fee_rate) < 1 for fee, line in zip(fees, sheet.lines, strict=True))
    page = _pages(write_cue_sheet(sheet, internal=True)).worksheets[0]
    assert [page.cell(8 + at, 18).value for at in range(len(fees) + 1)] == [*fees, 1_684_500]
    assert _due(page)["服務費"] == 1_684_500


def _evaluate(book, page, reference: str) -> Decimal:
    """What a spreadsheet computes for a cell, in floats as it does; knows the few forms the sheet uses."""
    value = page[reference.replace("$", "")].value
    if not isinstance(value, str) or not value.startswith("="):
        return Decimal(str(value or 0))
    body = value[1:]
    if body.startswith("'"):
        name, _, cell = body.partition("!")
        return _evaluate(book, book[name.strip("'")], cell)
    if body.startswith("SUM("):
        return sum((_evaluate(book, page, c.coordinate) for row in page[body[4:-1]] for c in row), Decimal(0))
    if body.startswith("ROUND("):
        left, right = body[len("ROUND(") : -len(",0)")].split("*")
        return _half_up(float(_evaluate(book, page, left)) * float(_evaluate(book, page, right)))
    left, right = body.split("+")
    return _evaluate(book, page, left) + _evaluate(book, page, right)


def _half_up(value: float) -> Decimal:
    return Decimal(f"{value:.15g}").to_integral_value(ROUND_HALF_UP)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 90_000_000), min_size=1, max_size=4), st.sampled_from(["0.15", "0.135", "0.1", "0"]))
def test_every_formula_computes_to_its_cached_value(amounts, rate):
    sheet = cue_sheet("購買", tuple(amounts), fee_rate=Decimal(rate))
    content = write_cue_sheet(sheet, internal=True)
    formulas, cached = _pages(content, values=False), _pages(content)
    seen = 0
    for page in formulas:
        for cell in (cell for row in page.iter_rows() for cell in row):
            if cell.data_type == "f":
                seen += 1
                stored = Decimal(str(cached[page.title][cell.coordinate].value))
                assert _evaluate(formulas, page, cell.coordinate) == stored, (page.title, cell.coordinate)
    assert seen >= 5 + 2 * len(WEEKS)


def test_it_prints_on_a4_and_keeps_names_in_sight():
    for page in _pages(write_cue_sheet(cue_sheet("購買"))):
        assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
        assert page.sheet_properties.pageSetUpPr.fitToPage and page.page_setup.fitToWidth in (None, 1)
        assert page.freeze_panes


def test_the_same_sheet_has_the_same_bytes():
    assert write_cue_sheet(cue_sheet("購買")) == write_cue_sheet(cue_sheet("購買"))


@pytest.mark.parametrize(
    ("start", "due"), [(date(2026, 11, 16), date(2026, 11, 9)), (date(2026, 11, 18), date(2026, 11, 11))]
)
def test_assets_are_due_five_weekdays_before(start, due):
    assert asset_deadline(start, 5) == due


@given(st.integers(0, 10**9), st.lists(st.integers(1, 1000), min_size=1, max_size=20))
def test_parts_add_up_to_the_total(total, weights):
    parts = [Decimal(total) * w / sum(weights) for w in weights]
    rounded = spread_exactly(Decimal(total), parts, Decimal(1))
    assert sum(rounded) == total
    assert all(abs(a - b) <= 1 for a, b in zip(rounded, parts, strict=True))


def test_the_sheet_of_a_kept_proposal_says_what_the_proposal_says(filled_dir, store, client, key, plan):
    document = client.post("/v1/proposals", json=plan, headers=key()).json
    stored = store.account("default", "test").get("proposal", document["short_id"])
    sheet = build_cue_sheet(stored)
    assert sheet.totals().media == document["allocated"]
    assert {line.channel: int(line.amount) for line in sheet.lines} == {
        c["channel"]: c["spend"] for c in document["channels"] if c["spend"]
    }
    for line in sheet.lines:
        assert sum(line.weekly.values()) == line.amount
        assert line.est_impressions and line.est_clicks and line.est_impressions > line.est_clicks
    assert (sheet.period.start.isoformat(), sheet.period.end.isoformat()) == (plan["start"], plan["end"])


def test_a_final_sheet_does_not_leave_while_blocked_copy_is_undecided(filled_dir, store, client, key, plan):
    header = key()
    document = client.post("/v1/proposals", json=plan, headers=header).json
    account = store.account("default", "test")
    bad, good = (CopyRow(CopyItem("1", text, "food"), {}) for text in ("果汁治好糖尿病", "新鮮現榨柳橙汁"))
    check_copy(account, [bad], "ads.csv")
    with pytest.raises(ConflictError, match="undecided"):
        cue_sheet_of(account, document["id"], final=True)
    url = f"/v1/proposals/{document['short_id']}/cue-sheet.xlsx"
    assert client.get(url + "?final=true", headers=header).status_code == 409
    draft = _pages(client.get(url, headers=header).data).worksheets[0]
    assert "未裁決" in draft.cell(1, 9).value
    check_copy(account, [good], "ads.csv")
    check_copy(account, [bad])
    sheet, _ = cue_sheet_of(account, document["id"], final=True)
    assert sheet.undecided == 0
    assert "定稿" in _pages(client.get(url + "?final=true", headers=header).data).worksheets[0].cell(1, 9).value


def test_an_unknown_proposal_has_no_sheet(store):
    with pytest.raises(NotFoundError):
        cue_sheet_of(store.account("default", "test"), "P-abcdef")


def test_a_rejected_proposal_becomes_no_final_sheet(filled_dir, client, key, person_key, plan):
    document = client.post("/v1/proposals", json=plan, headers=key()).json
    url = f"/v1/proposals/{document['short_id']}"
    rejected = client.post(f"{url}/decision", json={"verdict": "rejected"}, headers=person_key("wu.han"))
    assert rejected.status_code == 200
    answer = client.get(f"{url}/cue-sheet.xlsx?final=true", headers=key())
    assert (answer.status_code, answer.json["code"]) == (409, "api.cue.rejected")
    assert client.get(f"{url}/cue-sheet.xlsx", headers=key()).status_code == 200


def test_where_the_settings_ask_for_it_only_an_approved_proposal_becomes_final(
    filled_dir, client, key, person_key, plan, monkeypatch
):
    monkeypatch.setenv("ADCUE_FINAL_NEEDS_APPROVAL", "true")
    configured.cache_clear()
    author, second = person_key("mei.lin"), person_key("wu.han")
    document = client.post("/v1/proposals", json=plan, headers=author).json
    url = f"/v1/proposals/{document['short_id']}"
    final = f"{url}/cue-sheet.xlsx?final=true"
    assert client.get(final, headers=second).json["code"] == "api.cue.unapproved"
    own = client.post(f"{url}/decision", json={"verdict": "approved"}, headers=author)
    assert (own.status_code, own.json["code"]) == (403, "engine.store.same_person")
    assert client.get(final, headers=second).status_code == 409
    assert client.post(f"{url}/decision", json={"verdict": "approved"}, headers=second).status_code == 200
    assert client.get(final, headers=second).status_code == 200
