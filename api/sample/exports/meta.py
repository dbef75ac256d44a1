"""Decides the bytes of a Meta Ads Manager export: ads by day with the zh-TW headers of a Taiwanese screen.

No preamble, no thousands separators, CTR in percent units, the currency inside the money headers, full-width brackets
in some headers, an empty cell where nothing was counted, and one totals row whose names are all empty. A traffic
campaign's result is a link click, a sales campaign's a purchase: the indicator column says which.
"""

from __future__ import annotations

from api.sample.exports.delimited import fixed, join_lines, plain
from api.sample.exports.sheet import Row, Sheet, add_up

HEADERS = (
    "帳號名稱", "行銷活動名稱", "目標", "廣告組合名稱", "廣告名稱", "天數", "廣告投遞", "歸因設定", "成果",
    "成果指標", "觸及人數", "頻率", "每次成果成本 (TWD)", "花費金額 (TWD)", "曝光次數",
    "CPM（每千次廣告曝光成本） (TWD)", "連結點擊次數", "CTR（連結點閱率）", "點擊次數（全部）",
    "購買次數", "購買轉換值", "分析報告開始", "分析報告結束",
)  # fmt: skip
ATTRIBUTION = "點擊後 7 天、瀏覽後 1 天或互動觀看後 1 天"
INDICATORS = {
    "OUTCOME_SALES": "actions:offsite_conversion.fb_pixel_purchase",
    "OUTCOME_TRAFFIC": "actions:link_click",
}


def _count(value: int) -> str:
    """Meta leaves the cell empty where nothing was counted."""
    return str(value) if value else ""


def _line(sheet: Sheet, row: Row) -> list[str]:
    orders = row.orders // 2
    results = orders if row.campaign_type == "OUTCOME_SALES" else row.clicks
    return [
        sheet.account,
        row.campaign,
        row.campaign_type,
        row.ad_group,
        row.ad_name,
        row.day.isoformat(),
        "active",
        ATTRIBUTION,
        _count(results),
        INDICATORS[row.campaign_type] if results else "",
        _count(row.reach),
        plain(row.impressions, row.reach, 6) if row.reach else "",
        plain(row.spend, 100 * results, 6) if results else "",
        plain(row.spend, 100, 2),
        str(row.impressions),
        plain(row.spend * 10, row.impressions, 6) if row.impressions else "",
        _count(row.clicks),
        plain(row.clicks * 100, row.impressions, 6) if row.clicks else "",
        _count(row.clicks + row.other_clicks),
        _count(orders),
        _count(row.value // 100),
        sheet.start.isoformat(),
        sheet.end.isoformat(),
    ]


def _totals(sheet: Sheet) -> list[str]:
    sums = add_up(sheet.rows)
    line = dict.fromkeys(HEADERS, "")
    line["花費金額 (TWD)"] = plain(sums.spend, 100, 2)
    line["曝光次數"] = str(sums.impressions)
    line["CPM（每千次廣告曝光成本） (TWD)"] = fixed(sums.spend * 10, sums.impressions, 6)
    line["連結點擊次數"] = str(sums.clicks)
    line["CTR（連結點閱率）"] = fixed(sums.clicks * 100, sums.impressions, 6)
    line["點擊次數（全部）"] = str(sums.clicks + sums.other_clicks)
    line["購買次數"] = str(sums.orders // 2)
    line["購買轉換值"] = str(sums.value // 100)
    line["分析報告開始"], line["分析報告結束"] = sheet.start.isoformat(), sheet.end.isoformat()
    return list(line.values())


def write_ad_days(sheet: Sheet, *, byte_order_mark: bool, totals_first: bool) -> bytes:
    """Ads by day as UTF-8 comma-separated text; the totals row first or last, as the screen was set."""
    body = [_line(sheet, row) for row in sheet.rows]
    lines = [_totals(sheet), *body] if totals_first else [*body, _totals(sheet)]
    text = join_lines([HEADERS, *lines], ",")
    return text.encode("utf-8-sig" if byte_order_mark else "utf-8")
