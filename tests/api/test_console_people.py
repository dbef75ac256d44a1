"""The console's doors and people: joining, one's own page, an administrator's page, moving between accounts."""

from __future__ import annotations

import re

import pytest

from tests.api.conftest import ACCOUNT, PASSWORD

NEW = "a quiet harbour after midnight"


def text(answer) -> str:
    return answer.get_data(as_text=True)


def invitation(page: str) -> str:
    return re.search(r'id="join-link">[^<]*/join#key=([\w-]+)<', page)[1]


def test_whoever_is_invited_joins_once_and_is_logged_in(enter, browser):
    admin = enter("boss", "admin")
    page = text(admin.post("/people/invite", data={"role": "reviewer"}))
    key = invitation(page)
    assert page.count(key) == 1 and key not in text(admin.get("/people"))
    form = {"key": key, "login": "New.Person", "password": NEW}
    newcomer = browser()
    answer = newcomer.post("/join", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "審稿" in text(newcomer.get("/self")) and "new.person" in text(newcomer.get("/self"))
    again = browser().post("/join", data=form)
    assert again.status_code == 422 and "一次性金鑰無效" in text(again)


@pytest.mark.parametrize(
    ("change", "told"),
    [({"password": "short"}, "至少要 15 個字"), ({"login": "x"}, "登入名稱要有"), ({"key": "x"}, "一次性金鑰無效")],
)
def test_a_join_that_cannot_be_taken_says_why_and_repeats_the_key_in_its_field_only(store, browser, change, told):
    key, _ = store.account(ACCOUNT, "test").members.invite("planner")
    form = {"key": key, "login": "mei.lin", "password": NEW} | change
    answer = browser().post("/join", data=form)
    assert answer.status_code == 422 and told in text(answer)
    assert NEW not in text(answer) and "mei.lin" not in text(answer)
    # The key goes back into its own field, so that a refused password does not lose it, and nowhere else.
    assert text(answer).count(key) == (form["key"] == key)
    assert browser().post("/join", data={"key": key, "login": "mei.lin", "password": NEW}).status_code == 303


def test_a_wrong_name_and_a_wrong_password_are_told_alike(person, browser):
    person("mei.lin")
    wrong = browser().post("/login", data={"login": "mei.lin", "password": NEW})
    unknown = browser().post("/login", data={"login": "nobody", "password": NEW})
    assert wrong.status_code == unknown.status_code == 401
    assert text(wrong) == text(unknown) and "登入名稱或密碼不對" in text(wrong)
    assert "Set-Cookie" not in wrong.headers and NEW not in text(wrong)


def test_trying_too_often_is_told_on_a_page(person, browser):
    person("mei.lin")
    client = browser()
    answers = [client.post("/login", data={"login": "mei.lin", "password": NEW}) for _ in range(11)]
    assert answers[-1].status_code == 429 and "太頻繁" in text(answers[-1])


def test_a_new_password_ends_every_session(enter, browser):
    first, second = enter("mei.lin", "planner"), browser()
    second.post("/login", data={"login": "mei.lin", "password": PASSWORD})
    answer = first.post("/self/password", data={"old": PASSWORD, "new": NEW})
    assert answer.headers["Location"] == "/login?changed=1"
    assert "密碼已更新" in text(first.get("/login?changed=1"))
    assert first.get("/").status_code == second.get("/").status_code == 302
    assert browser().post("/login", data={"login": "mei.lin", "password": PASSWORD}).status_code == 401
    assert browser().post("/login", data={"login": "mei.lin", "password": NEW}).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "told"), [("wrong", NEW, "登入名稱或密碼不對"), (PASSWORD, "short", "至少要 15 個字")]
)
def test_a_password_that_cannot_be_changed_is_told_on_the_page(enter, old, new, told):
    client = enter("mei.lin", "planner")
    answer = client.post("/self/password", data={"old": old, "new": new})
    assert answer.status_code in (401, 422) and told in text(answer)
    assert 'id="change-password"' in text(answer) and PASSWORD not in text(answer) and NEW not in text(answer)
    assert client.get("/").status_code == 200


def test_a_key_is_shown_once_and_ends_when_it_is_revoked(enter, client):
    mine = enter("mei.lin", "planner")
    page = text(mine.post("/keys", data={"name": "每日報表"}))
    key = re.search(r'id="new-key">([^<]+)<', page)[1]
    header = {"Authorization": f"Bearer {key}"}
    assert page.count(key) == 1 and key not in text(mine.get("/self")) and "每日報表" in text(mine.get("/self"))
    assert client.get("/v1/imports", headers=header).status_code == 200
    assert mine.post(f"/keys/{key[:14]}/revoke").headers["Location"] == "/self"
    assert client.get("/v1/imports", headers=header).status_code == 401
    assert "已撤銷" in text(mine.get("/self"))


def test_a_key_s_name_that_cannot_be_taken_is_told_on_the_page(enter):
    answer = enter("mei.lin", "planner").post("/keys", data={"name": "x" * 65})
    assert answer.status_code == 422 and "最多 64 個" in text(answer) and 'id="new-key"' not in text(answer)


def test_keys_of_others_and_of_machines_are_the_administrator_s(enter):
    planner, admin = enter("mei.lin", "planner"), enter("boss", "admin")
    prefix = re.search(r'id="new-key">(\w{14})', text(admin.post("/keys", data={"for_whom": "machine"})))[1]
    assert planner.post("/keys", data={"for_whom": "machine"}).status_code == 403
    assert prefix in text(admin.get("/self")) and prefix not in text(planner.get("/self"))
    assert planner.post(f"/keys/{prefix}/revoke").status_code == 403
    own = re.search(r'id="new-key">(\w{14})', text(planner.post("/keys", data={"name": ""})))[1]
    assert own in text(admin.get("/self"))
    assert admin.post(f"/keys/{own}/revoke").status_code == 303


@pytest.mark.parametrize("role", ["planner", "reviewer"])
def test_people_are_the_administrator_s(enter, role):
    client = enter("mei.lin", role)
    assert client.get("/people").status_code == 403
    assert client.post("/people/invite", data={"role": "admin"}).status_code == 403
    home = text(client.get("/"))
    assert 'href="/self"' in home and 'href="/people"' not in home


def test_a_role_counts_from_the_next_request_on(enter, person):
    admin, reviewer = enter("boss", "admin"), enter("mei.lin", "reviewer")
    page = text(admin.get("/people"))
    place = re.search(r'action="(/people/\w+/role)"[^§]*?mei\.lin 的角色', page[page.index("mei.lin") :])[1]
    assert 'hx-post="/propose' not in text(reviewer.get("/"))
    assert admin.post(place, data={"role": "planner"}).headers["Location"] == "/people"
    assert 'hx-post="/propose' in text(reviewer.get("/"))
    assert admin.post(place, data={"role": "king"}).status_code == 422


def test_whoever_is_removed_is_out_at_once_and_the_last_administrator_stays(enter, person):
    admin = enter("boss", "admin")
    login, person_id = person("gone")
    other = enter("mei.lin", "admin")
    assert admin.post(f"/people/{person_id}/remove").status_code == 303
    assert login not in text(admin.get("/people"))
    boss, mei = re.findall(r'action="/people/(\w+)/remove"', text(admin.get("/people")))
    assert admin.post(f"/people/{mei}/remove").status_code == 303
    assert other.get("/").status_code == 302
    answer = admin.post(f"/people/{boss}/remove")
    assert answer.status_code == 409 and "最後一位管理者" in text(answer)
    assert admin.get("/people").status_code == 200


def test_someone_in_two_accounts_goes_from_one_to_the_other(store, enter):
    client = enter("mei.lin", "planner")
    assert 'action="/account"' not in text(client.get("/"))
    secret, _ = store.account("zenith", "test").members.invite("reviewer")
    store.people.accept(secret, "mei.lin", PASSWORD)
    assert 'action="/account"' in text(client.get("/"))
    assert client.post("/account", data={"account": "zenith"}).headers["Location"] == "/"
    page = text(client.get("/self"))
    assert "<dd>zenith</dd>" in page and "審稿" in page
    assert client.post("/account", data={"account": "somebody else"}).status_code == 404


def test_every_form_goes_on_in_its_language(enter):
    admin = enter("boss", "admin")
    assert 'action="/people/invite?lang=en"' in text(admin.get("/people?lang=en"))
    assert admin.post("/account?lang=en", data={"account": ACCOUNT}).headers["Location"] == "/?lang=en"
    assert admin.post("/logout?lang=en").headers["Location"] == "/login?lang=en"


FORMS = ["/login", "/join", "/logout", "/self/password", "/keys", "/people/invite", "/account"]


@pytest.mark.parametrize("path", FORMS)
def test_a_foreign_page_can_send_none_of_the_forms(enter, path):
    admin = enter("boss", "admin")
    admin.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"
    assert admin.post(path, data={"role": "admin", "account": ACCOUNT}).status_code == 403


def test_no_password_or_key_reaches_the_log(enter, browser, capfd):
    admin = enter("boss", "admin")
    key = invitation(text(admin.post("/people/invite", data={"role": "planner"})))
    browser().post("/join", data={"key": key, "login": "mei.lin", "password": NEW})
    browser().post("/login", data={"login": "mei.lin", "password": PASSWORD})
    made = re.search(r'id="new-key">([^<]+)<', text(admin.post("/keys", data={"name": "night"})))[1]
    admin.post("/self/password", data={"old": PASSWORD, "new": NEW})
    told = "".join(capfd.readouterr())
    assert '"endpoint": "console.join"' in told
    for secret in (key, made, NEW, PASSWORD, "mei.lin"):
        assert secret not in told
