"""The platform files are sound: no header means two things, and each platform's own headers lead back to it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine.ingest.fields import METRICS
from engine.ingest.headers import fingerprint, normalise, take_currency
from engine.ingest.matching import detect_platform, match_headers
from engine.ingest.platform import common, platforms
from engine.ingest.preamble import stated_range
from engine.ingest.reading import read_export

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("name", platforms())
def test_no_header_of_a_platform_means_two_fields(name):
    meant: dict[str, str] = {}
    twice = []
    for field, aliases in platforms()[name].fields.items():
        for header in (*aliases.seen, *aliases.read):
            if meant.setdefault(normalise(header), field) != field:
                twice.append(header)
    assert not twice


@pytest.mark.parametrize("name", platforms())
def test_a_total_word_is_never_a_field(name):
    assert not {normalise(word) for word in common().total_words} & platforms()[name].by_header.keys()


def test_a_sign_of_one_platform_is_no_sign_of_another():
    owners: dict[str, list[str]] = {}
    for name, platform in platforms().items():
        for sign in platform.signs:
            owners.setdefault(sign, []).append(name)
    assert {sign: names for sign, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize("name", [name for name, platform in platforms().items() if platform.distinctive])
def test_every_platform_reads_a_table_of_its_own_headers(name, tmp_path):
    pack = platforms()[name]
    best = {field: (*aliases.seen, *aliases.read) for field, aliases in pack.fields.items()}
    best = {field: headers[0] for field, headers in best.items() if headers}
    date_field = "date" if "date" in best else "timestamp"
    columns = {field: best[field] for field in (date_field, "campaign_name", "impressions", "clicks") if field in best}
    taken = {normalise(header) for header in columns.values()} | {normalise(h) for h in best.values()}
    headers = [*columns.values(), next((sign for sign in pack.distinctive if normalise(sign) not in taken), "note")]
    row = ["2026-11-01", "A", "100", "3"]
    values = dict(zip((date_field, "campaign_name", "impressions", "clicks"), row, strict=True))
    path = tmp_path / "own.csv"
    cells = [*(values[field] for field in columns), "1"]
    path.write_text(",".join(f'"{h}"' for h in headers) + "\n" + ",".join(cells) + "\n", encoding="utf-8")
    report = read_export(path, today=TODAY).report
    assert report.platform == name
    assert {f for f in report.mapping.values() if f in METRICS} >= {"impressions"} & columns.keys()


@pytest.mark.parametrize(
    ("header", "form", "currency"),
    [
        ("CPM（每千次廣告曝光成本） (TWD)", "cpm(每千次廣告曝光成本)", "TWD"),
        ("花費金額（TWD）", "花費金額", "TWD"),
        ("Amount Spent (USD)", "amount spent", "USD"),
        ("費用（NT$）", "費用", "TWD"),
        ("廣告費（新台幣）", "廣告費", "TWD"),
        ("Cost TWD", "cost", "TWD"),
        ("Spend ($)", "spend", "$"),
        ("Clicks (all)", "clicks(all)", None),
        ("Impr.", "impr", None),
        ("STAT_TIME_DAY", "stat time day", None),
        ("campaignName", "campaign name", None),
        ("  Cost  /  conv. ", "cost/conv", None),
        ("metrics.cost_micros", "cost micros", None),
    ],
)
def test_headers_are_compared_without_dress(header, form, currency):
    assert normalise(header) == form
    assert take_currency(header)[1] == currency


def test_a_fingerprint_does_not_mind_the_order():
    assert fingerprint(["Day", "Cost (TWD)"]) == fingerprint(["cost（USD）", "day"])
    assert fingerprint(["Day", "Cost"]) != fingerprint(["Day", "Clicks"])


def test_a_guess_never_maps_by_itself():
    match = match_headers(["比對類型", "費用", "點閱率"], "google_ads", None)
    assert match.fields == {"spend": 1} and match.unknown == (0,)
    assert detect_platform([normalise("日期"), normalise("費用")], frozenset()) == "generic"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026年 3月 13日 - 4月 9日", ("2026-03-13", "2026-04-09")),
        ("2025年12月20日 - 1月3日", ("2025-12-20", "2026-01-03")),
        ("January 17, 2024 - February 15, 2024", ("2024-01-17", "2024-02-15")),
        ("1 May 2026 - 8 May 2026", ("2026-05-01", "2026-05-08")),
        ("廣告走期：2026/12/01~12/12", ("2026-12-01", "2026-12-12")),
        ("20260501-20260531", ("2026-05-01", "2026-05-31")),
        ("2026-11-01 至 2026-11-30", ("2026-11-01", "2026-11-30")),
        ("November 3, 2026", ("2026-11-03", "2026-11-03")),
    ],
)
def test_the_range_above_the_header(text, days):
    assert stated_range(text) == tuple(map(date.fromisoformat, days))


def test_the_report_is_json_ready_and_exact(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Day,Campaign,Cost (TWD),Impr.\n2026-11-03,A,0.1,1\n2026-11-04,A,0.2,2\nTotal: Account,,0.3,3\n")
    report = read_export(path, today=TODAY).report
    assert report.sums == {"spend": Decimal("0.3"), "impressions": Decimal(3)}
    data = report.as_dict("en")
    assert data["sums"] == {"spend": "0.3", "impressions": "3"}
    assert data["dropped"] == [{"reason": "total or sub-total rows", "rows": 1}]
    assert data["totals_check"][0] == {
        "label": "Total: Account",
        "row": 4,
        "metric": "spend",
        "stated": "0.3",
        "summed": "0.3",
        "agrees": True,
    }


@pytest.mark.parametrize("told", ["Search", "搜尋", "SEARCH"])
def test_a_campaign_type_has_one_name_in_every_language(told, tmp_path):
    path = tmp_path / "campaigns.csv"
    path.write_text(
        "Campaign report\n2026-11-01 - 2026-11-02\nDay,Campaign,Campaign type,Currency code,Cost,Impr.,Clicks\n"
        f"2026-11-01,A,{told},TWD,10.00,100,3\n2026-11-02,B,Somewhere new,TWD,5.00,50,1\n",
        encoding="utf-8",
    )
    table = read_export(path, today=TODAY).table
    assert table["campaign_type"].tolist() == ["Search", "Somewhere new"]


def test_the_period_is_the_one_the_report_states(tmp_path):
    path = tmp_path / "campaigns.csv"
    path.write_text(
        '"Campaign report"\n"January 1, 2026 - January 31, 2026"\nDay,Campaign,Currency code,Cost,Impr.,Clicks\n'
        "2026-01-02,A,TWD,10.00,100,3\n",
        encoding="utf-8",
    )
    assert read_export(path, today=TODAY).report.period == (date(2026, 1, 1), date(2026, 1, 31))
