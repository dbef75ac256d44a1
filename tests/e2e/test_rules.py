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
