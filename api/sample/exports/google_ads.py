"""Decides the bytes of two Google Ads reports: campaigns by day as ".csv" and ads by day as "Excel .csv".

Both have a title line, a date-range line, headers, `` --`` for what cannot be computed, thousands separators in counts
but not in cost, two decimals in percentages, and total rows at the end that overlap. The plain form is UTF-8 without a
byte-order mark; the Excel form is UTF-16 little-endian with one, separated by tabs, and quotes ``10,708`` all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from api.sample.exports.delimited import fixed, join_lines
from api.sample.exports.sheet import Row, Sheet, Sums, add_up, group_rows

NOTHING = " --"
MEASURES = {
    "en": (
        "Currency code", "Cost", "Impr.", "Clicks", "CTR", "Avg. CPC", "Conversions", "Conv. value", "Conv. rate",
        "Cost / conv.",
    ),
    "zh-TW": (
        "貨幣代碼", "費用", "曝光", "點擊", "點閱率", "平均單次點擊出價", "轉換", "轉換價值", "轉換率",
        "單次轉換費用",
    ),
}  # fmt: skip
CAMPAIGN_HEADERS = {
    "en": ("Day", "Account name", "Campaign", "Campaign type"),
    "zh-TW": ("天", "帳戶名稱", "廣告活動", "廣告活動類型"),
}
AD_HEADERS = {
    "en": (*CAMPAIGN_HEADERS["en"], "Ad group", "Ad ID", "Ad name"),
    "zh-TW": (*CAMPAIGN_HEADERS["zh-TW"], "廣告群組", "廣告 ID", "廣告名稱"),
}
TITLES = {"en": ("Campaign report", "Ad report"), "zh-TW": ("廣告活動報表", "廣告報表")}
TOTALS = {
    "en": ("Total: ", "Account", "All but removed campaigns", "All but removed ads"),
    "zh-TW": ("總計：", "帳戶", "所有未移除的廣告活動", "所有未移除的廣告"),
}


def _period(start: date, end: date, language: str) -> str:
    if language == "en":
        return f"{start:%B} {start.day}, {start.year} - {end:%B} {end.day}, {end.year}"
    return f"{start.year}年{start.month}月{start.day}日 - {end.year}年{end.month}月{end.day}日"


def _measure(sums: Sums, currency: str) -> list[str]:
    clicks, orders = sums.clicks, sums.orders
    return [
        currency,
        fixed(sums.spend, 100, 2),
        f"{sums.impressions:,}",
        f"{clicks:,}",
        fixed(clicks * 100, sums.impressions, 2) + "%" if sums.impressions else NOTHING,
        fixed(sums.spend, 100 * clicks, 2) if clicks else "0",
        f"{orders / 2:,.2f}",
        f"{sums.value // 100:,}.{sums.value % 100:02d}",
        fixed(orders * 100, 2 * clicks, 2) + "%" if clicks else NOTHING,
        fixed(sums.spend * 2, 100 * orders, 2) if orders else "0",
    ]


def _totals(sheet: Sheet, width: int, everything: int) -> list[list[str]]:
    """Overlapping totals: everything kept, the account, and each campaign type."""
    prefix, account, *kept = TOTALS[sheet.language]
    lines = [
        [prefix + kept[everything], *[NOTHING] * (width - 1), *_measure(add_up(sheet.rows), sheet.currency)],
        [prefix + account, *[""] * (width - 1), *_measure(add_up(sheet.rows), sheet.currency)],
    ]
    for (campaign_type,), rows in group_rows(sheet.rows, lambda row: (row.campaign_type,)).items():
        names = ["", "", campaign_type, *[""] * (width - 4)]
        lines.append([prefix + campaign_type, *names, *_measure(add_up(rows), sheet.currency)])
    return lines


def _report(sheet: Sheet, which: int, headers: Sequence[str], body: list[list[str]], delimiter: str) -> str:
    lines = [
        [TITLES[sheet.language][which]],
        [_period(sheet.start, sheet.end, sheet.language)],
        [*headers, *MEASURES[sheet.language]],
        *body,
        *_totals(sheet, len(headers), which),
    ]
    return join_lines(lines, delimiter)


def write_campaign_days(sheet: Sheet) -> bytes:
    """Campaigns by day as UTF-8 comma-separated text without a byte-order mark."""

    def name(row: Row) -> tuple[str, ...]:
        return (row.day.isoformat(), sheet.account, row.campaign, row.campaign_type)

    body = [[*names, *_measure(add_up(rows), sheet.currency)] for names, rows in group_rows(sheet.rows, name).items()]
    return _report(sheet, 0, CAMPAIGN_HEADERS[sheet.language], body, ",").encode("utf-8")


def write_ad_days(sheet: Sheet) -> bytes:
    """Ads by day as the "Excel .csv": UTF-16 LE with a byte-order mark, tabs."""
    body = [
        [
            row.day.isoformat(),
            sheet.account,
            row.campaign,
            row.campaign_type,
            row.ad_group,
            row.ad_id,
            row.ad_name,
            *_measure(add_up([row]), sheet.currency),
        ]
        for row in sheet.rows
    ]
    return b"\xff\xfe" + _report(sheet, 1, AD_HEADERS[sheet.language], body, "\t").encode("utf-16-le")
