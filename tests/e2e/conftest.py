"""A running ``adcue serve`` on a sample account, and a browser whose policy violations are gathered."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.browsers import FLAGS, chromium

ADCUE = Path(sys.executable).with_name("adcue")
VENDOR = Path(__file__).resolve().parents[2] / "api" / "static" / "vendor"


@dataclass(frozen=True)
class Service:
    """A service that listens: its address, the login link it printed, its process."""

    address: str
    login: str
    process: subprocess.Popen


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _start(data: Path) -> Service:
    port = _free_port()
    environment = os.environ | {"ADCUE_DATA_DIR": str(data), "ADCUE_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen([ADCUE, "serve"], env=environment, stdout=subprocess.PIPE, text=True)
    login = ""
    for line in process.stdout:
        if found := re.search(r"http://\S+/login#key=\S+", line):
            login = found[0]
            break
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{address}/v1/health", timeout=2).close()
            break
        except OSError:
            time.sleep(0.1)
    return Service(address, login, process)


@pytest.fixture(scope="session")
def toured(tmp_path_factory) -> Path:
    """A data folder after the tour."""
    folder = tmp_path_factory.mktemp("toured")
    environment = os.environ | {"ADCUE_DATA_DIR": str(folder / "data")}
    subprocess.run([ADCUE, "tour", "--folder", folder / "sample"], env=environment, capture_output=True, check=True)
    return folder


@pytest.fixture(scope="session")
def service(toured, tmp_path_factory) -> Iterator[Service]:
    """A service on a copy of the toured account, at its first start; shared, so tests may add to it."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(toured / "data", folder / "data")
    started = _start(folder / "data")
    yield started
    _stop(started)


@pytest.fixture
def own_service(tmp_path) -> Iterator[Service]:
    """A service of one's own with nothing in it."""
    started = _start(tmp_path / "data")
    yield started
    _stop(started)


def _stop(started: Service) -> None:
    if started.process.poll() is None:
        started.process.send_signal(signal.SIGTERM)
        started.process.wait(30)
    started.process.stdout.close()


@pytest.fixture
def page(request):
    """A browser page; the test fails on any violation of the page's policy or error of its scripts."""
    browser_path = chromium()
    if browser_path is None:
        pytest.skip("no Chromium on this machine")
    if not (VENDOR / "htmx.min.js").is_file():
        pytest.skip("the browser libraries are not set up (make run does it)")
    from playwright.sync_api import sync_playwright

    faults: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=FLAGS)
        opened = browser.new_page(viewport={"width": 1280, "height": 900})
        opened.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        opened.on("pageerror", lambda error: faults.append(str(error)))
        yield opened
        browser.close()
    assert not faults
