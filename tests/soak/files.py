"""Small exports in the forms of three platforms, each of a day of its own, with sums that are known beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

FIRST_DAY = date(2024, 1, 1)
ROWS = 4
_GOOGLE = "Day,Account name,Campaign,Campaign type,Currency code,Cost,Impr.,Clicks,Conversions"
_META = (
    "帳號名稱,行銷活動名稱,目標,廣告組合名稱,廣告名稱,天數,廣告投遞,歸因設定,成果,成果指標,觸及人數,花費金額 (TWD),"
    "曝光次數,連結點擊次數,點擊次數（全部）,購買次數,購買轉換值,分析報告開始,分析報告結束"
)
_LINE = (
    "day,ad_account_name,campaign_name,campaign_objective,ad_group_name,ad_name,impressions,clicks,cv,cost,currency,"
    "reach_estimated"
)


@dataclass(frozen=True)
class Export:
    """A file, where it comes from, and what its rows spent together."""

    name: str
    platform: str
    spend: int
    content: bytes


def export(number: int) -> Export:
    """File ``number``: every number another platform in turn, another day and other amounts."""
    day, spends = FIRST_DAY + timedelta(days=number), [100 + number * 7 + row for row in range(ROWS)]
    platform, write = _FORMS[number % len(_FORMS)]
    return Export(f"{platform}-{number}.csv", platform, sum(spends), write(day.isoformat(), spends).encode())


def long_export() -> Export:
    """A file that takes a moment to read and to write."""
    days = [(FIRST_DAY + timedelta(days=number)).isoformat() for number in range(200)]
    rows = [f"{day},甲商店,活動{n},Search,TWD,{n}.00,{n * 10},{n},1.00" for day in days for n in range(100)]
    content = "\n".join(["Campaign report", f'"{days[0]} - {days[-1]}"', _GOOGLE, *rows]) + "\n"
    return Export("long.csv", "google_ads", len(days) * sum(range(100)), content.encode())


def _google(day: str, spends: list[int]) -> str:
    rows = [f"{day},甲商店,活動{n},Search,TWD,{spend}.00,{spend * 10},{n + 1},1.00" for n, spend in enumerate(spends)]
    return "\n".join(["Campaign report", f'"{day} - {day}"', _GOOGLE, *rows]) + "\n"


def _meta(day: str, spends: list[int]) -> str:
    rows = [
        f"甲商店,活動{n},OUTCOME_SALES,組合,廣告{n},{day},active,點擊後 7 天,1,"
        f"actions:offsite_conversion.fb_pixel_purchase,{spend},{spend},{spend * 10},{n},{n + 1},1,500,{day},{day}"
        for n, spend in enumerate(spends)
    ]
    return "\n".join([_META, *rows]) + "\n"


def _line(day: str, spends: list[int]) -> str:
    rows = [
        f"{day},甲商店,活動{n},WEBSITE_CONVERSION,組合,廣告{n},{spend * 10},{n + 1},1,{spend},TWD,{spend}"
        for n, spend in enumerate(spends)
    ]
    return "\r\n".join([_LINE, *rows]) + "\r\n"


_FORMS = (("google_ads", _google), ("meta", _meta), ("line", _line))
