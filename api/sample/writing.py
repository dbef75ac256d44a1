"""Decides which files a sample is made of, and draws every part of it from one seed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from api.sample.advertiser import Advertiser, read_advertiser
from api.sample.creatives import Creative, draw_creatives
from api.sample.curves import FAMILIES
from api.sample.delivery import Delivery, deliver
from api.sample.exports import google_ads, line, meta
from api.sample.exports.delimited import join_lines
from api.sample.exports.sheet import Sheet, lay_out_rows
from api.sample.planning import draw_spend
from api.sample.response import draw_conversions, draw_truth
from api.sample.season import lay_out_season
from api.sample.truth import (
    ENOUGH_EXPECTED_CLICKS,
    ENOUGH_EXPECTED_ORDERS,
    ENOUGH_IMPRESSIONS,
    WINDOW_DAYS,
    Truth,
    describe_channels,
    describe_creatives,
    describe_season,
)
from api.sample.wording import Wording, draw_wordings
from engine.errors import InputError

DEFAULT_END = date(2026, 11, 15)
"""The last day of the exports: a Sunday, so that weeks are whole, and not today: the same seed, the same bytes."""
STEPS = 6
COPY_HEADERS = ("row_id", "platform", "campaign_name", "ad_group_name", "ad_name", "product", "text", "facts")


def _stream(seed: int, part: str) -> np.random.Generator:
    """A generator of its own for each part, so that a change in one part leaves the others as they were."""
    return np.random.default_rng([seed, zlib.crc32(part.encode())])


def _check(seed: int, family: str, weeks: int, end: date) -> None:
    if seed < 0:
        raise InputError("api.sample.seed", seed=seed)
    if family not in FAMILIES:
        raise InputError("api.sample.family", family=family, known=", ".join(FAMILIES))
    if not 6 <= weeks <= 104:
        raise InputError("api.sample.weeks", weeks=weeks)
    if end.weekday() != 6:
        raise InputError("api.sample.end", end=end.isoformat())


def _copy_file(shop: Advertiser, ads: Sequence[Creative], wordings: Sequence[Wording]) -> bytes:
    lines = [COPY_HEADERS]
    for number, (ad, wording) in enumerate(zip(ads, wordings, strict=True), start=1):
        platform = shop.channels[ad.channel].platform
        lines.append(
            (f"C{number:03d}", platform, ad.campaign, ad.ad_group, wording.ad_name, wording.product, wording.text,
             wording.facts_json())
        )  # fmt: skip
    return join_lines(lines, ",", "\r\n").encode("utf-8-sig")


def _describe_copy(wordings: Sequence[Wording]) -> tuple[Mapping[str, object], ...]:
    return tuple(
        {
            "row_id": f"C{number:03d}",
            "ad_name": wording.ad_name,
            "illegal": wording.breach is not None,
            "hard": wording.hard,
            **(wording.breach.model_dump() if wording.breach else {}),
        }
        for number, wording in enumerate(wordings, start=1)
    )


def _export_files(
    rng: np.random.Generator,
    shop: Advertiser,
    ads: Sequence[Creative],
    names: Sequence[str],
    delivery: Delivery,
    days: Sequence[date],
    language: str,
) -> dict[str, bytes]:
    """The exports by file name; byte-order mark, totals row and workbook form vary with the seed as with the person."""
    sheets = {
        platform: Sheet(
            shop.name, shop.currency, language,
            lay_out_rows(shop, ads, names, delivery, days, platform, language, keep_zero_days=platform == "google_ads"),
            days[0], days[-1],
        )
        for platform in ("google_ads", "meta", "line")
    }  # fmt: skip
    mark, first, workbook = (bool(rng.random() < chance) for chance in (0.5, 0.5, 0.3))
    files = {
        "google-ads-campaigns.csv": google_ads.write_campaign_days(sheets["google_ads"]),
        "google-ads-ads-excel.csv": google_ads.write_ad_days(sheets["google_ads"]),
        "meta-ads.csv": meta.write_ad_days(sheets["meta"], byte_order_mark=mark, totals_first=first),
    }
    if workbook:
        files["line-ads.xlsx"] = line.write_ad_days_xlsx(sheets["line"])
    else:
        files["line-ads.csv"] = line.write_ad_days_csv(sheets["line"])
    return files


def write_sample(
    folder: Path,
    seed: int,
    family: str = "hill",
    weeks: int = 26,
    end: date = DEFAULT_END,
    on_progress: Callable[[int, int], None] | None = None,
) -> Truth:
    """Writes ``exports/*``, ``copy.csv`` and ``truth.json`` under ``folder`` and returns the truth.

    The same arguments give the same bytes. Raises InputError for a negative seed, an unknown curve family, fewer than
    6 or more than 104 weeks, or an end that is not a Sunday.
    """
    _check(seed, family, weeks, end)
    report = on_progress or (lambda done, total: None)
    report(0, STEPS)
    shop = read_advertiser()
    season = lay_out_season(end - timedelta(days=7 * weeks - 1), weeks)
    truths, misallocation = draw_truth(_stream(seed, "truth"), shop, family)
    spend = draw_spend(_stream(seed, "planning"), truths, season)
    demand = season.demand * np.tile(season.weekday_demand, weeks)
    orders = draw_conversions(_stream(seed, "orders"), truths, spend, demand)
    report(1, STEPS)
    ads = draw_creatives(_stream(seed, "creatives"), shop, len(season.days))
    wordings = draw_wordings(_stream(seed, "wording"), ads, season.days)
    names = [wording.ad_name for wording in wordings]
    report(2, STEPS)
    delivery = deliver(_stream(seed, "delivery"), shop, ads, spend, orders)
    report(3, STEPS)
    habits = _stream(seed, "habits")
    language = "zh-TW" if habits.random() < 0.7 else "en"
    files = _export_files(habits, shop, ads, names, delivery, season.days, language)
    report(4, STEPS)
    paths = tuple(folder / "exports" / name for name in files)
    truth = Truth(
        seed=seed,
        family=family,
        start=season.days[0].isoformat(),
        end=end.isoformat(),
        language=language,
        misallocation=misallocation,
        channels=describe_channels(shop, truths, spend, language),
        creatives=describe_creatives(shop, ads, names, delivery),
        copy=_describe_copy(wordings),
        season=describe_season(season),
        enough_data={
            "window_days": WINDOW_DAYS,
            "impressions": ENOUGH_IMPRESSIONS,
            "expected_clicks": ENOUGH_EXPECTED_CLICKS,
            "expected_orders": ENOUGH_EXPECTED_ORDERS,
        },
        exports=paths,
    )
    report(5, STEPS)
    (folder / "exports").mkdir(parents=True, exist_ok=True)
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content)
    (folder / "copy.csv").write_bytes(_copy_file(shop, ads, wordings))
    (folder / "truth.json").write_text(truth.text(), encoding="utf-8")
    report(STEPS, STEPS)
    return truth
