"""Writes docs/images again: the console in a real browser and the cue sheet as a spreadsheet program prints it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, sync_playwright  # noqa: E402 - the repository's root has to be known first

from tests.e2e.browsers import FLAGS, chromium  # noqa: E402 - the same

LOGIN, PASSWORD = "mei.lin", "seven herons over the lagoon"

IMAGES = ROOT / "docs" / "images"
ADCUE = Path(sys.executable).with_name("adcue")
PORT = 8799
# A spreadsheet program without the sheet's Windows font takes a Chinese one instead of a Latin one.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include>/etc/fonts/fonts.conf</include>
<alias binding="same"><family>Microsoft JhengHei</family><prefer><family>Noto Sans CJK TC</family></prefer></alias>
</fontconfig>"""


def main() -> int:
    """Runs the tour in a folder of its own and takes the pictures."""
    missing = [name for name in ("soffice", "pdftoppm") if shutil.which(name) is None]
    browser = chromium()
    if missing or browser is None:
        print(f"missing: {', '.join([*missing, *([] if browser else ['chromium'])])}", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = os.environ | {"ADCUE_DATA_DIR": str(folder / "data"), "ADCUE_PORT": str(PORT)}
        subprocess.run([ADCUE, "tour", "--folder", folder / "sample"], env=environment, check=True, capture_output=True)
        picture_cue_sheet(folder)
        picture_console(environment, browser)
    return 0


def picture_cue_sheet(folder: Path) -> None:
    """The first page of the client's form."""
    (folder / "fonts.conf").write_text(FONTS, encoding="utf-8")
    environment = os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf"), "HOME": str(folder)}
    convert = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", folder, folder / "sample" / "cue-sheet.xlsx"]
    subprocess.run(convert, env=environment, check=True, capture_output=True)
    crop = ["-x", "40", "-y", "50", "-W", "1680", "-H", "660"]
    target = IMAGES / "cue-sheet"
    subprocess.run(
        ["pdftoppm", "-png", "-singlefile", "-r", "150", *crop, folder / "cue-sheet.pdf", target], check=True
    )


def picture_console(environment: dict[str, str], browser: str) -> None:
    """The top of the page after joining by the printed link."""
    service = subprocess.Popen([ADCUE, "serve"], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        link = next(found[0] for line in service.stdout if (found := re.search(r"http://\S+/join#key=\S+", line)))
        _wait_for(f"http://127.0.0.1:{PORT}/v1/health")
        with sync_playwright() as driver:
            opened = driver.chromium.launch(executable_path=browser, args=FLAGS)
            page = opened.new_page(viewport={"width": 1240, "height": 1900})
            page.goto(link)
            page.locator("input[name=login]").fill(LOGIN)
            page.locator("input[name=password]").fill(PASSWORD)
            page.locator("#join button[type=submit]").click()
            page.wait_for_selector("html[data-charts=drawn]")
            page.screenshot(path=IMAGES / "console.png")
            picture_catalogue(page)
            opened.close()
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(30)


def picture_catalogue(page: Page) -> None:
    """What the catalogue of laws and rules says of e-cigarettes."""
    page.goto(f"http://127.0.0.1:{PORT}/catalogue?q=電子煙")
    page.screenshot(path=IMAGES / "catalogue.png", full_page=True)


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)


if __name__ == "__main__":
    raise SystemExit(main())
