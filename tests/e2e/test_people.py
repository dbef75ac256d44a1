"""People in a real browser: join by a link, log in and out, be told of a wrong password, decide by two, invite."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PASSWORD

pytestmark = pytest.mark.browser
NEW = "a quiet harbour after midnight"

CLEARED = """() => {
  for (const field of document.querySelectorAll("#proposal details details :is(input, select, textarea)")) {
    if (field.tagName === "SELECT") field.selectedIndex = 0
    else if (field.type === "checkbox") field.checked = false
    else field.value = ""
  }
}"""


def _join(page, link: str, login: str, password: str = PASSWORD) -> None:
    page.goto(link)
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="開始使用").click()


@pytest.fixture
def invited(open_page, log_in, service):
    """Makes someone with a role, who joined by a link in a browser of their own; their page."""

    def make(login: str, role: str = "planner"):
        admin = open_page()
        log_in(admin, service)
        admin.get_by_role("link", name="人員").click()
        admin.locator("#invite select").select_option(role)
        admin.get_by_role("button", name="產生邀請連結").click()
        page = open_page()
        _join(page, admin.locator("#join-link").inner_text(), login)
        page.wait_for_selector("html[data-charts=drawn]")
        return page

    return make


def test_a_wrong_password_is_told_and_the_right_one_goes_in_and_out(page, service, log_in):
    page.goto(f"{service.address}/login")
    page.locator("input[name=login]").fill("mei.lin")
    page.locator("input[name=password]").fill("seven herons over the city")
    page.get_by_role("button", name="登入").click()
    expect(page.get_by_role("alert")).to_contain_text("登入名稱或密碼不對")
    log_in(page, service)
    page.get_by_role("button", name="登出").click()
    page.wait_for_url("**/login")
    page.goto(service.address)
    assert page.url == f"{service.address}/login"


def test_whoever_is_invited_joins_in_a_browser_of_their_own(invited):
    page = invited("rui", "reviewer")
    expect(page.locator(".who")).not_to_contain_text("人員")
    assert page.locator("#proposal-form").count() == 0
    page.get_by_role("link", name="我的帳號").click()
    expect(page.locator("main")).to_contain_text("rui")
    expect(page.locator("main")).to_contain_text("審稿")


def test_one_proposes_and_another_approves(page, service, log_in, invited):
    log_in(page, service)
    page.locator("#proposal details.panel > summary").click()
    # The form keeps the conditions of the proposal shown, whichever test made it: this plan asks for none.
    page.evaluate(CLEARED)
    page.locator("input[name=budget]").fill("432萬")
    page.get_by_role("button", name="計算提案").click()
    expect(page.locator("#proposal .lead")).to_contain_text("NT$4,320,000", timeout=60_000)
    expect(page.locator("#decision")).to_contain_text("你是提出的人")
    expect(page.get_by_role("button", name="核准")).to_have_count(0)
    second = invited("a-chen")
    expect(second.locator("#decision")).to_contain_text("mei.lin 提出")
    second.locator("#decision input[name=note]").fill("客戶已確認")
    second.get_by_role("button", name="核准").click()
    for reader in (second, page):
        expect(reader.locator("#decision")).to_contain_text("已核准")
        expect(reader.locator("#decision")).to_contain_text("a-chen")
        expect(reader.locator("#decision")).to_contain_text("客戶已確認")
        page.reload()


def test_removing_someone_asks_first_and_ends_their_session(page, service, log_in, invited):
    gone = invited("gone")
    log_in(page, service)
    page.get_by_role("link", name="人員").click()
    row = page.locator("table.people tr", has_text="gone")
    expect(row.get_by_role("button", name="確定移除")).to_be_hidden()
    row.locator("summary").click()
    row.get_by_role("button", name="確定移除").click()
    expect(page.locator("table.people")).not_to_contain_text("gone")
    gone.reload()
    assert gone.url == f"{service.address}/login"


def test_a_new_key_is_shown_once_and_a_new_password_logs_out(invited, service, log_in):
    page = invited("key-person")
    page.get_by_role("link", name="我的帳號").click()
    page.locator("#make-key input[name=name]").fill("每日報表")
    page.get_by_role("button", name="建立金鑰").click()
    key = page.locator("#new-key").inner_text()
    assert key.startswith("adcue_")
    page.get_by_role("link", name="我的帳號").click()
    expect(page.locator("#keys")).to_contain_text("每日報表")
    assert key not in page.content()
    page.locator("input[name=old]").fill(PASSWORD)
    page.locator("input[name=new]").fill(NEW)
    page.get_by_role("button", name="更改", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("密碼已更新")
    log_in(page, service, "key-person", NEW)


def test_the_pages_of_people_fit_a_narrow_screen(page, service, log_in):
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, service)
    for path in ("/self", "/people", "/join", "/login"):
        page.goto(service.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
