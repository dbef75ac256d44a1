"""Writes docs/images again: the console in a real browser, the workbooks as a spreadsheet program prints them."""

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

from scripts.sheet_pictures import ADCUE, picture_copy_check, picture_cue_sheet  # noqa: E402 - the same
from tests.e2e.browsers import FLAGS, chromium  # noqa: E402 - the same

LOGIN, PASSWORD = "mei.lin", "seven herons over the lagoon"

IMAGES = ROOT / "docs" / "images"
PORT = 8799
# What each group of pictures needs, with the Debian package that brings it.
OF_SHEETS = {"soffice": "libreoffice-calc", "pdftoppm": "poppler-utils"}
OF_PAGES = {"chromium": "chromium"}


def main() -> int:
    """Runs the tour in a folder of its own and takes the pictures; 1 where a program for some of them is missing."""
    browser = chromium()
    sheets = _at_hand(
        "cue-sheet.png, copy-check.png", [name for name in OF_SHEETS if not shutil.which(name)], OF_SHEETS
    )
    pages = _at_hand("console.png, catalogue.png", [] if browser else ["chromium"], OF_PAGES)
    if not (sheets or pages):
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = os.environ | {"ADCUE_DATA_DIR": str(folder / "data"), "ADCUE_PORT": str(PORT)}
        subprocess.run([ADCUE, "tour", "--folder", folder / "sample"], env=environment, check=True, capture_output=True)
        if sheets:
            picture_cue_sheet(folder / "sample", IMAGES)
        if browser:
            picture_console(environment, browser)
        if sheets:
            picture_copy_check(folder, IMAGES, environment)
    return 0 if sheets and pages else 1


def _at_hand(pictures: str, missing: list[str], packages: dict[str, str]) -> bool:
    """Whether the programs are there; otherwise says which pictures stay as they are and what to install."""
    if missing:
        needed = " ".join(packages[name] for name in missing)
        print(
            f"{pictures}: left as they are, {' and '.join(missing)} not found. "
            f"Install: apt-get install -y --no-install-recommends {needed} fonts-noto-cjk",
            file=sys.stderr,
        )
    return not missing


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
