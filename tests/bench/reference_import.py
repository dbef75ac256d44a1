"""Decides what an import is measured against: a 1,000,000-row Google Ads export and plain ``pandas.read_csv``.

Written before the importer and left alone. The peer only reads the bytes into columns: it drops no total
rows, checks nothing, and leaves quoted thousands and percentages as text.
"""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

HEADERS = (
    "Day",
    "Campaign",
    "Campaign ID",
    "Campaign type",
    "Ad group",
    "Ad group ID",
    "Currency code",
    "Cost",
    "Impr.",
    "Clicks",
    "CTR",
    "Avg. CPC",
    "Conversions",
    "Conv. value",
    "Conv. rate",
    "Cost / conv.",
)
TYPES = ("Search", "Display", "Video", "Performance Max", "Demand Gen")
START = date(2025, 1, 1)
DAYS = 250
CAMPAIGNS = 200
AD_GROUPS = 20


def write_google_export(path: Path, rows: int = DAYS * CAMPAIGNS * AD_GROUPS, seed: int = 11) -> dict[str, Decimal]:
    """Writes the export in the byte shape of the UI's ``.csv`` and returns the sums of its data rows."""
    draw = random.Random(seed)
    days = -(-rows // (CAMPAIGNS * AD_GROUPS))
    sums = {name: Decimal(0) for name in ("spend", "impressions", "clicks", "conversions", "conversions_value")}
    by_type = {kind: dict(sums) for kind in TYPES}
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["Ad group report"])
        writer.writerow([f"{_long(START)} - {_long(START + timedelta(days=days - 1))}"])
        writer.writerow(HEADERS)
        for row in range(rows):
            day, rest = divmod(row, CAMPAIGNS * AD_GROUPS)
            campaign, group = divmod(rest, AD_GROUPS)
            kind = TYPES[campaign % len(TYPES)]
            values = _values(draw)
            for name, value in values.items():
                sums[name] += value
                by_type[kind][name] += value
            names = [
                f"{START + timedelta(days=day)}",
                f"品牌{campaign:03d}_{kind}",
                str(20_000_000_000 + campaign),
                kind,
                " --" if kind == "Performance Max" and group == 0 else f"群組 {group:02d}",
                str(150_000_000_000 + campaign * 100 + group),
            ]
            writer.writerow([*names, *_cells(values)])
        writer.writerow(["Total: All but removed ad groups", *[" --"] * 5, *_cells(sums)])
        writer.writerow(["Total: Account", *[""] * 5, *_cells(sums)])
        for kind in TYPES:
            writer.writerow([f"Total: {kind}", "", "", kind, "", "", *_cells(by_type[kind])])
    return sums


def _values(draw: random.Random) -> dict[str, Decimal]:
    impressions = int(draw.lognormvariate(6.5, 1.6)) if draw.random() > 0.08 else 0
    clicks = min(impressions, int(impressions * draw.uniform(0.002, 0.08)))
    spend = Decimal(round(clicks * draw.uniform(3, 40) * 100)) / 100
    conversions = Decimal(round(clicks * draw.uniform(0, 0.06) * 100)) / 100
    value = conversions * Decimal(round(draw.uniform(400, 2500)))
    return {
        "spend": spend,
        "impressions": Decimal(impressions),
        "clicks": Decimal(clicks),
        "conversions": conversions,
        "conversions_value": value,
    }


def _cells(values: dict[str, Decimal]) -> list[str]:
    spend, impressions, clicks = values["spend"], values["impressions"], values["clicks"]
    conversions, value = values["conversions"], values["conversions_value"]
    return [
        "TWD",
        f"{spend:.2f}",
        f"{impressions:,.0f}",
        f"{clicks:,.0f}",
        f"{clicks / impressions * 100:.2f}%" if impressions else " --",
        f"{spend / clicks:.2f}" if clicks else "0",
        f"{conversions:,.2f}",
        f"{value:,.2f}",
        f"{conversions / clicks * 100:.2f}%" if clicks else " --",
        f"{spend / conversions:.2f}" if conversions else "0",
    ]


def _long(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def read_plain(path: Path) -> int:
    """The peer: what anybody would type. Returns the rows it read."""
    import pandas as pd

    return len(pd.read_csv(path, skiprows=2))
