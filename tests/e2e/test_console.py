"""A planner's evening in a real browser: log in, read, plan anew, screen copy; nothing breaks the page's policy."""

from __future__ import annotations

import signal

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_page_shows_charts_flags_copy_and_files(page, service, log_in):
    log_in(page, service)
    assert page.locator("[data-chart] svg").count() == 3
    for chart in page.locator("[data-chart] svg").all():
        assert chart.locator("path").count() > 5
    assert page.locator("#night table tbody tr").count() > 3
    assert page.locator("#copy .ad.block mark").count() > 0
    assert page.locator("#imports tbody tr").count() == 4


def test_hovering_a_chart_shows_numbers(page, service, log_in):
    log_in(page, service)
    chart = page.locator("[data-chart=change]")
    box = chart.bounding_box()
    before = chart.locator("svg text").count()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(chart.locator("svg text").nth(before)).to_be_attached()


def test_a_new_proposal_is_swapped_in_with_its_charts(page, service, log_in):
    log_in(page, service)
    old = page.locator("#proposal .figures").inner_text()
    page.locator("#proposal details.panel > summary").click()
    page.locator("input[name=budget]").fill("500萬")
    page.get_by_role("button", name="計算提案").click()
    expect(page.locator("#proposal .lead")).to_contain_text("NT$5,000,000", timeout=60_000)
    expect(page.locator("#decision")).to_contain_text("你是提出的人")
    expect(page.locator("#proposal [data-chart] svg")).to_have_count(3)
    assert page.locator("#proposal .figures").inner_text() != old


def test_a_fault_is_told_beside_the_form(page, service, log_in):
    log_in(page, service)
    page.locator("#proposal details.panel > summary").click()
    page.locator("input[name=budget]").fill("很多錢")
    page.get_by_role("button", name="計算提案").click()
    # The warning about undecided copy is there before; the answer is the one that names the amount.
    page.wait_for_selector("#proposal-body .fault:has-text('不是金額')")


def test_copy_is_screened_in_place(page, service, log_in):
    log_in(page, service)
    page.locator("textarea[name=text]").fill("這款果汁三天治好糖尿病")
    page.get_by_role("button", name="檢核", exact=True).click()
    expect(page.locator("#copy-body .lead")).to_contain_text("不能刊登", timeout=60_000)
    assert page.locator("#copy-body mark").count() >= 1


def test_it_fits_a_narrow_screen(page, service, log_in):
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, service)
    for language in ("zh-TW", "en"):
        page.goto(f"{service.address}/?lang={language}")
        page.wait_for_selector("html[data-charts=drawn]")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, language


def test_the_service_ends_cleanly_when_told(own_service):
    service = own_service
    assert service.link
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(30) == 0
