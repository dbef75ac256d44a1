"""Whether the rules work, in a real browser: reached from the menu, in both languages, on wide and narrow screens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_page_of_scores_is_reached_from_the_menu_and_fits_every_screen(page, service, log_in):
    log_in(page, service)
    page.get_by_role("link", name="規則", exact=True).click()
    expect(page.get_by_role("heading", name="規則有沒有用")).to_be_visible()
    expect(page.locator("#scores tbody tr").first).to_contain_text("還太早")
    page.get_by_text(re.compile("只提醒、不動手的規則")).click()
    expect(page.locator("#alerts dd").first).to_be_visible()
    page.get_by_role("link", name="看上一季").click()
    expect(page).to_have_url(re.compile("as_of="))
    page.set_viewport_size({"width": 390, "height": 844})
    for language in ("zh-TW", "en"):
        page.goto(f"{service.address}/rule-scores?lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, language


def test_a_rule_is_begun_with_a_shipped_one_checked_tried_and_kept(page, service, log_in):
    log_in(page, service)
    page.goto(f"{service.address}/rules")
    shipped = page.locator("#rule-list > ul").last.locator("li", has_text="spend_no_conv")
    shipped.locator("summary").click()
    shipped.get_by_role("link", name="以這條改寫").click()
    text = page.locator("textarea[name=text]")
    written = text.input_value()
    text.fill(written.replace("metric: expected_conversions", "metric: expected_conversion"))
    page.get_by_role("button", name="檢查").click()
    expect(page.locator("#trial [role=alert]")).to_contain_text("expected_conversions", timeout=60_000)
    text.fill(re.sub(r"version: \d+", "version: 41", written, count=1).replace("priority: 10", "priority: 11"))
    page.get_by_role("button", name="試算").click()
    expect(page.locator("#trial .lead")).to_contain_text("會點到", timeout=60_000)
    page.get_by_role("button", name="今天起採用").click()
    page.get_by_role("link", name="更新上面的清單").click(timeout=60_000)
    own = page.locator("#rule-list > ul").first.locator("li")
    expect(own).to_contain_text("取代內建規則")
    own.locator("summary").click()
    own.get_by_role("button", name="撤下這個帳戶的設定").click()
    expect(page.locator("#rule-list > .done")).to_contain_text("已撤下")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
