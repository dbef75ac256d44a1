"""Long work in a real browser: how far it is, then its result in the same place; or its end, asked for."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
ROWS = 10_000


@pytest.fixture(scope="module")
def much_copy(tmp_path_factory):
    """A file of copy that takes longer to screen than the form waits."""
    return _write(tmp_path_factory.mktemp("copy") / "much.csv", 1)


@pytest.fixture(scope="module")
def more_copy(tmp_path_factory):
    """One that takes several times as long, so that there is time to cancel it."""
    return _write(tmp_path_factory.mktemp("copy") / "more.csv", 8)


def _write(path, times: int):
    lines = [f"{f'第 {row} 款果汁，喝了三天治好糖尿病，現榨柳橙汁。' * times},food" for row in range(ROWS)]
    path.write_text("\n".join(["text,product", *lines]) + "\n", encoding="utf-8")
    return path


def _screen(page, path) -> None:
    page.locator("#copy input[name=file]").set_input_files(path)
    page.get_by_role("button", name="檢核", exact=True).click()
    expect(page.locator("#copy-body .run")).to_contain_text("文案檢核", timeout=30_000)


def test_long_work_shows_how_far_it_is_then_its_result(page, service, log_in, much_copy):
    log_in(page, service)
    _screen(page, much_copy)
    page.reload()
    bar = page.locator("#copy-body progress")
    expect(bar).to_have_attribute("max", str(ROWS), timeout=30_000)
    expect(page.locator("#copy-body .lead")).to_contain_text("much.csv", timeout=120_000)
    assert page.locator("#copy-body .run").count() == 0
    assert page.locator("#copy-body .ad.block mark").count() > 0


def test_long_work_ends_when_it_is_cancelled(page, service, log_in, more_copy):
    log_in(page, service)
    before = page.locator("#copy-body .lead").inner_text()
    _screen(page, more_copy)
    page.locator("#copy-body").get_by_role("button", name="取消").click()
    expect(page.locator("#copy-body .notice")).to_contain_text("已取消", timeout=60_000)
    page.reload()
    assert page.locator("#copy-body .lead").inner_text() == before
