"""Writes the pictures of workbooks: the cue sheet and a checked file of ads, as a spreadsheet program prints them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import xlsxwriter

ADCUE = Path(sys.executable).with_name("adcue")
# A spreadsheet program without the sheet's Windows font takes a Chinese one instead of a Latin one.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include>/etc/fonts/fonts.conf</include>
<alias binding="same"><family>Microsoft JhengHei</family><prefer><family>Noto Sans CJK TC</family></prefer></alias>
</fontconfig>"""
HEADERS = ("編號", "文案", "產品類別", "事實")
# Written for the picture; nobody ever ran them.
ADS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("春日烏龍茶包，冷泡熱泡都順口，門市買二送一到週日。", "food", {"origin": "南投"}),
    ("每天一包，<b>降</b>血糖、減.肥一次搞定！", "food", {}),
    ("保濕凝露，敷完臉頰水潤有光澤。", "cosmetic", {}),
    ("三天消除皺紋，比打針更有效的回春精華。", "cosmetic", {}),
    ("本基金保證獲利，年年配息 12%，穩賺不賠。", "finance", {}),
    ("微醺的夜，來一杯小農梅酒。", "alcohol", {"form": "貼文"}),
)


def picture_cue_sheet(sample: Path, images: Path) -> None:
    """The first page of the client's form that the tour wrote."""
    print_page(sample / "cue-sheet.xlsx", images / "cue-sheet.png", 150, (40, 50, 1680, 660))


def picture_copy_check(folder: Path, images: Path, environment: dict[str, str]) -> None:
    """The first page of what ``adcue copy-check`` makes of a file of invented ads."""
    ads, checked = folder / "ads.xlsx", folder / "copy-check.xlsx"
    with xlsxwriter.Workbook(ads) as book:
        page = book.add_worksheet("文案")
        page.write_row(0, 0, HEADERS)
        for row, (text, product, facts) in enumerate(ADS, start=1):
            page.write_row(
                row, 0, (f"A{row:02}", text, product, json.dumps(facts, ensure_ascii=False) if facts else "")
            )
    subprocess.run([ADCUE, "copy-check", ads, "--out", checked], env=environment, check=True, capture_output=True)
    print_page(checked, images / "copy-check.png", 180, (60, 80, 2000, 960))


def print_page(sheet: Path, target: Path, dpi: int, crop: tuple[int, int, int, int]) -> None:
    """The first page of a workbook as PNG, cut to left, top, width and height in its own dots."""
    folder = sheet.parent
    (folder / "fonts.conf").write_text(FONTS, encoding="utf-8")
    environment = os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf"), "HOME": str(folder)}
    convert = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", folder, sheet]
    subprocess.run(convert, env=environment, check=True, capture_output=True)
    cut = [part for name, size in zip("xyWH", crop, strict=True) for part in (f"-{name}", str(size))]
    page = [sheet.with_suffix(".pdf"), target.with_suffix("")]
    subprocess.run(["pdftoppm", "-png", "-singlefile", "-r", str(dpi), *cut, *page], check=True)
