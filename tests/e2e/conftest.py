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
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.browsers import FLAGS, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

ADCUE = Path(sys.executable).with_name("adcue")
VENDOR = Path(__file__).resolve().parents[2] / "api" / "static" / "vendor"


LOGIN, PASSWORD = "mei.lin", "seven herons over the lagoon"
# What a browser says of an answer that refuses something; that is what some tests are about.
REFUSED = re.compile(r"Failed to load resource: .* status of (401|403|409|422|429)")


@dataclass(frozen=True)
class Service:
    """A service that listens: its address, the one-time link it printed, its process."""

    address: str
    link: str
    process: subprocess.Popen


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _start(data: Path) -> Service:
    port = _free_port()
    # One person logs in for every test here: far more often than a person would.
    environment = os.environ | {
        "ADCUE_DATA_DIR": str(data),
        "ADCUE_PORT": str(port),
        "ADCUE_RATE_PER_LOGIN": "1000/minute",
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen([ADCUE, "serve"], env=environment, stdout=subprocess.PIPE, text=True)
    link = ""
    for line in process.stdout:
        if found := re.search(r"http://\S+/join#key=\S+", line):
            link = found[0]
            break
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{address}/v1/health", timeout=2).close()
            break
        except OSError:
            time.sleep(0.1)
    return Service(address, link, process)


@pytest.fixture(scope="session")
def toured(tmp_path_factory) -> Path:
    """A data folder after the tour."""
    folder = tmp_path_factory.mktemp("toured")
    environment = os.environ | {"ADCUE_DATA_DIR": str(folder / "data")}
    subprocess.run([ADCUE, "tour", "--folder", folder / "sample"], env=environment, capture_output=True, check=True)
    return folder


@pytest.fixture(scope="session")
def service(toured, tmp_path_factory) -> Iterator[Service]:
    """A service on a copy of the toured account, its first person in it; shared, so tests may add to it."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(toured / "data", folder / "data")
    started = _start(folder / "data")
    _send(started, "/join", {"key": started.link.partition("#key=")[2], "login": LOGIN, "password": PASSWORD})
    yield started
    _stop(started)


def _send(service: Service, path: str, form: dict[str, str]) -> None:
    """A form as the service's own page sends it."""
    body = urllib.parse.urlencode(form).encode()
    asked = urllib.request.Request(service.address + path, body, {"Sec-Fetch-Site": "same-origin"})
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        opener.open(asked, timeout=30).close()
    except urllib.error.HTTPError as answer:
        with answer:
            assert answer.code == 303, answer.read().decode()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        """Leaves the answer as it came."""


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the tests of a module."""
    browser_path = chromium()
    if browser_path is None:
        pytest.skip("no Chromium on this machine")
    if not (VENDOR / "htmx.min.js").is_file():
        pytest.skip("the browser libraries are not set up (make run does it)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=browser_path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser):
    """Opens pages, each in a browser profile of its own; the test fails on a violated policy or a script's error."""
    faults: list[str] = []
    profiles: list[BrowserContext] = []

    def hear(said) -> None:
        if said.type == "error" and not REFUSED.match(said.text):
            faults.append(said.text)

    def make():
        profiles.append(browser.new_context(viewport={"width": 1280, "height": 900}))
        opened = profiles[-1].new_page()
        opened.on("console", hear)
        opened.on("pageerror", lambda error: faults.append(str(error)))
        return opened

    yield make
    for profile in profiles:
        profile.close()
    assert not faults


@pytest.fixture
def page(open_page):
    """A browser page."""
    return open_page()


@pytest.fixture
def log_in():
    """Logs a page in, as the first person or as someone else, by typing name and password."""

    def typed(page, service, login: str = LOGIN, password: str = PASSWORD) -> None:
        page.goto(f"{service.address}/login")
        page.locator("input[name=login]").fill(login)
        page.locator("input[name=password]").fill(password)
        page.locator("#login button[type=submit]").click()
        page.wait_for_selector("html[data-charts=drawn]")

    return typed
