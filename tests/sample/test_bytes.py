"""The exports have the byte shapes of the platforms' own files."""

import csv
import io

from api.sample.exports import line, meta
from api.sample.exports.sheet import Row, Sheet
from tests.sample import plain_reading as reading

MEASURES = ("Cost", "Impr.", "Clicks", "Conversions", "Conv. value")


def test_google_plain_csv_is_utf8_without_mark_with_preamble(sample):
    raw = (sample.folder / "exports/google-ads-campaigns.csv").read_bytes()
    lines = raw.decode("utf-8").split("\n")
    assert not raw.startswith(b"\xef\xbb\xbf") and b"\r" not in raw
    assert lines[0] in ("Campaign report", "廣告活動報表")
    assert lines[1] in ('"May 18, 2026 - November 15, 2026"', "2026年5月18日 - 2026年11月15日")
    assert lines[2].split(",")[0] in ("Day", "天")


def test_google_excel_csv_is_utf16_with_tabs_and_quoted_thousands(sample):
    raw = (sample.folder / "exports/google-ads-ads-excel.csv").read_bytes()
    assert raw[:2] == b"\xff\xfe"
    lines = raw.decode("utf-16").split("\n")
    assert lines[2].count("\t") == 16 and "," not in lines[2]
    assert any('\t"1,' in text for text in lines)


def test_google_writes_what_cannot_be_computed_as_dashes_and_cost_without_separators(sample):
    rows, totals = reading.google(sample.folder / "exports/google-ads-ads-excel.csv")
    silent = [row for row in rows if row["Impr."] == "0"]
    assert silent and {row.get("CTR") or row["點閱率"] for row in silent} == {" --"}
    assert not any("," in row["Cost"] for row in rows + totals)
    assert all(row["Cost"][-3] == "." for row in rows)


def test_google_totals_overlap_and_agree(sample):
    for name in ("google-ads-campaigns.csv", "google-ads-ads-excel.csv"):
        rows, totals = reading.google(sample.folder / "exports" / name)
        everything = reading.sums(rows, None, *MEASURES)[""]
        by_type = reading.sums(rows, "Campaign type", *MEASURES)
        labelled = {row["Day"]: [reading.number(row[field]) for field in MEASURES] for row in totals}
        assert len(labelled) == 5
        assert [values for values in labelled.values() if values == everything] == [everything] * 2
        for campaign_type, values in by_type.items():
            assert values in [v for label, v in labelled.items() if label.endswith(campaign_type)]


def test_ads_add_up_to_campaigns_every_day(sample):
    campaigns, _ = reading.google(sample.folder / "exports/google-ads-campaigns.csv")
    ads, _ = reading.google(sample.folder / "exports/google-ads-ads-excel.csv")
    for rows in (campaigns, ads):
        for row in rows:
            row["key"] = f"{row['Day']} {row['Campaign']}"
    assert reading.sums(ads, "key", *MEASURES) == reading.sums(campaigns, "key", *MEASURES)


def test_meta_totals_row_has_no_names_and_agrees(sample):
    rows, totals = reading.meta(sample.folder / "exports/meta-ads.csv")
    fields = ("花費金額 (TWD)", "曝光次數", "連結點擊次數", "點擊次數（全部）", "購買次數", "購買轉換值")
    assert len(totals) == 1 and totals[0]["行銷活動名稱"] == ""
    assert [reading.number(totals[0][field]) for field in fields] == reading.sums(rows, None, *fields)[""]


def test_meta_leaves_empty_what_was_not_counted_and_names_each_result(sample):
    rows, _ = reading.meta(sample.folder / "exports/meta-ads.csv")
    assert any(row["購買次數"] == "" for row in rows) and not any(row["購買次數"] == "0" for row in rows)
    for row in rows:
        expected = row["購買次數"] if row["目標"] == "OUTCOME_SALES" else row["連結點擊次數"]
        assert row["成果"] == expected and bool(row["成果指標"]) == bool(row["成果"])


def test_line_has_connector_names_and_no_totals(sample):
    rows = reading.line(sample.folder / "exports")
    assert {"day", "campaign_objective", "cv", "cost", "currency"} <= set(rows[0])
    assert all(row["day"][:3] == "202" and row["ad_name"] for row in rows)


def _sheet() -> Sheet:
    from datetime import date

    day = date(2026, 11, 1)
    row = Row(day, "轉換", "OUTCOME_SALES", "組", "1", "廣告,甲", 123400, 1000, 20, 5, 6, 300000, 800)
    silent = Row(day, "流量", "OUTCOME_TRAFFIC", "組", "2", "乙", 5000, 40, 0, 0, 0, 0, 39)
    return Sheet("帳戶", "TWD", "zh-TW", (row, silent), day, day)


def test_meta_mark_and_totals_place_follow_the_screen():
    marked = meta.write_ad_days(_sheet(), byte_order_mark=True, totals_first=True)
    plain = meta.write_ad_days(_sheet(), byte_order_mark=False, totals_first=False)
    assert marked.startswith(b"\xef\xbb\xbf") and not plain.startswith(b"\xef\xbb\xbf")
    first = list(csv.reader(io.StringIO(marked.decode("utf-8-sig"))))
    last = list(csv.reader(io.StringIO(plain.decode("utf-8"))))
    assert first[1] == last[-1] and first[1][4] == "" and first[1][13] == "1284"
    assert last[1][4] == "廣告,甲" and last[1][13] == "1234" and last[1][19] == "3"


def test_line_workbook_and_csv_say_the_same():
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(line.write_ad_days_xlsx(_sheet()))).active
    text = list(csv.reader(io.StringIO(line.write_ad_days_csv(_sheet()).decode("utf-8"))))
    values = list(book.values)
    assert [str(cell) for cell in values[0]] == text[0]
    assert isinstance(values[1][6], int | float)
    assert [float(cell) for cell in values[1][6:15]] == [float(cell) for cell in text[1][6:15]]
