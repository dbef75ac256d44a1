"""A morning in a real browser: read what needs a decision, approve some, mark one, take it back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def today(page, service, log_in):
    """The page of today, reached from home as a person reaches it."""
    log_in(page, service)
    page.locator(".pointer a").click()
    expect(page.get_by_role("heading", name="今天要決定的事")).to_be_visible()
    return page


def test_what_needs_a_decision_is_read_most_money_first(today):
    stakes = [int(re.sub(r"\D", "", text)) for text in today.locator("#decide .stake").all_text_contents()]
    assert len(stakes) > 2 and stakes == sorted(stakes, reverse=True)
    row = today.locator("#decide li").first
    row.locator("summary").click()
    expect(row.locator(".evidence")).to_contain_text("e 值")
    expect(row.locator(".evidence")).to_contain_text("決定經過")
    today.locator("#mail > summary").click()
    expect(today.locator("#mail pre")).to_contain_text("待決定")


def test_several_are_approved_one_is_carried_out_and_taken_back(today):
    waiting = today.locator("#decide input[name=id]").count()
    pause = today.locator("#decide > form > ul > li", has_text="狀態：投放中 → 暫停").first
    name = pause.locator("input").get_attribute("value")
    pause.locator("input").check()
    today.locator("#decide > form > ul > li", has_not_text=name).first.locator("input").check()
    today.get_by_role("button", name="核准選取的").click()
    expect(today.locator("#worklist > .done")).to_contain_text("已核准 2 項")
    expect(today.locator("#decide input[name=id]")).to_have_count(waiting - 2)
    row = today.locator("#carry-out li", has_text=name)
    row.get_by_role("button", name="已執行").click()
    expect(today.locator("#worklist > .done")).to_contain_text("已標記 1 項")
    today.locator("#applied li", has_text=name).get_by_role("button", name="復原").click()
    expect(today.locator("#worklist > .done")).to_contain_text("已提出 1 項復原")
    undo = today.locator("#decide li", has_text=f"復原 {name}")
    expect(undo).to_contain_text("暫停 → 投放中")


def test_all_are_chosen_at_once_and_nothing_chosen_is_told(today):
    boxes = today.locator("#alerts input[name=id]")
    all_of_them = today.locator("#alerts [data-choose-all]")
    all_of_them.check()
    assert all(box.is_checked() for box in boxes.all())
    boxes.first.uncheck()
    expect(all_of_them).not_to_be_checked()
    today.get_by_role("button", name="退回選取的").click()
    expect(today.locator("#worklist > [role=alert]")).to_contain_text("沒有選任何一項")


def test_it_fits_a_narrow_screen(today, service):
    today.set_viewport_size({"width": 390, "height": 844})
    for language in ("zh-TW", "en"):
        today.goto(f"{service.address}/today?lang={language}")
        today.locator("#decide summary").first.click()
        expect(today.locator(".evidence").first).to_be_visible()
        assert today.evaluate("document.documentElement.scrollWidth") <= 390, language
