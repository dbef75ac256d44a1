"""Decides how tests read the sample's files: with the csv module alone, no parser of the product involved."""

import csv
import io
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import openpyxl

ZH = {
    "天": "Day", "廣告活動": "Campaign", "廣告活動類型": "Campaign type", "費用": "Cost", "曝光": "Impr.",
    "點擊": "Clicks", "轉換": "Conversions", "轉換價值": "Conv. value", "廣告群組": "Ad group", "廣告名稱": "Ad name",
}  # fmt: skip


def google(path: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """(rows, totals) with English headers."""
    raw = path.read_bytes()
    text, delimiter = (raw.decode("utf-16"), "\t") if raw[:2] == b"\xff\xfe" else (raw.decode("utf-8"), ",")
    lines = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    headers = [ZH.get(header, header) for header in lines[2]]
    table = [dict(zip(headers, line, strict=True)) for line in lines[3:]]
    return [row for row in table if row["Day"][:2] == "20"], [row for row in table if row["Day"][:2] != "20"]


def meta(path: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    table = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
    return [row for row in table if row["廣告名稱"]], [row for row in table if not row["廣告名稱"]]


def line(folder: Path) -> list[dict[str, str]]:
    if (folder / "line-ads.csv").exists():
        return list(csv.DictReader(io.StringIO((folder / "line-ads.csv").read_bytes().decode("utf-8"))))
    headers, *lines = openpyxl.load_workbook(folder / "line-ads.xlsx").active.values
    return [{h: str(v) for h, v in zip(headers, values, strict=True)} for values in lines]


def number(cell: str) -> Decimal:
    return Decimal(cell.replace(",", "") or "0")


def sums(rows: list[dict[str, str]], key: str | None, *fields: str) -> dict[str, list[Decimal]]:
    """The sum of each field by the value of ``key`` (all together under "" when None)."""
    totals: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * len(fields))
    for row in rows:
        name = row[key] if key else ""
        totals[name] = [old + number(row[field]) for old, field in zip(totals[name], fields, strict=True)]
    return dict(totals)
