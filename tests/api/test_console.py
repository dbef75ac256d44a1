"""The page: what it shows of an account, what its forms do, what it never lets through."""

from __future__ import annotations

import io
import re

import pytest

from tests.api.conftest import PIECE


def test_an_empty_account_says_what_to_do(logged_in):
    page = logged_in().get("/").get_data(as_text=True)
    for words in ("還沒有提案", "還沒有跑過夜間檢查", "還沒有檢核過文案", "還沒有匯入任何檔案"):
        assert words in page


def test_the_page_speaks_english_when_asked(logged_in):
    page = logged_in().get("/?lang=en").get_data(as_text=True)
    assert 'lang="en"' in page and "No proposal yet" in page


def ended(client, piece: str) -> str:
    """What a form brought in the end: the piece itself, or what its run came to."""
    for _ in range(120):
        followed = re.search(r'hx-get="(/runs/[^"]+)"', piece)
        if followed is None:
            return piece
        piece = client.get(followed[1], headers=PIECE).get_data(as_text=True)
    raise AssertionError("the run did not end")


def sent(client, path: str, form: dict[str, object]) -> str:
    return ended(client, client.post(path, data=form, headers=PIECE).get_data(as_text=True))


@pytest.fixture
def planned(filled_dir, logged_in, plan):
    """A planner's client and the piece of page a new proposal brought."""
    client = logged_in()
    form = {"budget": "120萬", "start": plan["start"], "end": plan["end"], "result": "conversions"}
    return client, sent(client, "/propose", form)


def test_a_new_proposal_takes_the_place_of_the_old(planned):
    client, piece = planned
    assert "NT$1,200,000" in piece and "九成區間" in piece and "chart-data" in piece
    home = client.get("/").get_data(as_text=True)
    assert "NT$1,200,000" in home and "1,200,000" in home


def test_the_form_keeps_the_conditions_of_the_proposal_shown(planned, plan):
    client, _ = planned
    form = {"budget": "120萬", "start": plan["start"], "end": plan["end"], "result": "conversions"}
    more = {"lock": "YouTube 影音=12萬", "most_channels": "5", "group": "Meta=Meta 銷售+Meta 流量:max-share=40%"}
    piece = sent(client, "/propose", form | more)
    for words in ("什麼會改變這個答案", "adcue proposal verify P-", "和目前配置相比", "NT$120,000"):
        assert words in piece
    home = client.get("/").get_data(as_text=True)
    for value in ("YouTube 影音=120000", 'value="5"', "Meta=Meta 銷售+Meta 流量:max-share=0.4"):
        assert value in home


def test_other_budgets_are_shown_where_they_are_asked_for(planned):
    client, piece = planned
    name = re.search(r"P-[0-9a-f]{6}", piece)[0]
    shown = client.get(f"/proposals/{name}/frontier", headers=PIECE).get_data(as_text=True)
    assert "預算 NT$600,000 到 NT$1,800,000" in shown and "frontier-data" in shown and "<html" not in shown


def test_the_cue_sheet_is_a_download(planned):
    client, piece = planned
    link = piece.split('href="')[1].split('"')[0].replace("&amp;", "&")
    answer = client.get(link)
    assert answer.data.startswith(b"PK")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_fault_of_a_form_is_told_in_its_place(logged_in):
    answer = logged_in().post("/propose", data={"budget": "許多"}, headers=PIECE)
    assert answer.status_code == 200
    assert "不是金額" in answer.get_data(as_text=True)
    assert "<html" not in answer.get_data(as_text=True)


def test_copy_is_shown_with_its_words_marked_and_nothing_of_it_runs(logged_in):
    text = "<script>alert(1)</script>三天治好糖尿病"
    piece = sent(logged_in(), "/copy", {"text": text, "product": "food"})
    assert "<script>alert" not in piece
    assert "<mark>" in piece and "食品安全衛生管理法 §28" in piece
    assert "這則文案不能刊登" in piece and 'href="/catalogue#food.' in piece and "只核對到 2024-10-24" in piece


def test_copy_is_screened_as_of_the_day_asked_for(logged_in):
    client, form = logged_in(), {"text": "三天治好糖尿病", "product": "food", "on": "2018-01-01"}
    piece = sent(client, "/copy", form)
    assert "以 2018-01-01 的法規檢核" in piece and "未查證" in piece and "自 2019-06-12 起施行" in piece
    assert "不是日期" in client.post("/copy", data=form | {"on": "soon"}, headers=PIECE).get_data(as_text=True)


def test_copy_as_a_file_counts_for_the_page(logged_in):
    client = logged_in()
    content = "text,product\n果汁治好糖尿病,food\n現榨柳橙汁,food\n".encode()
    piece = sent(client, "/copy", {"file": (io.BytesIO(content), "ads.csv")})
    assert "ads.csv：1 則禁止刊登、0 則需人工複核、1 則通過" in piece
    assert "ads.csv" in client.get("/").get_data(as_text=True)


def test_a_file_imported_on_the_page_is_listed(logged_in, sample):
    path = sample[1].exports[0]
    with path.open("rb") as file:
        piece = sent(logged_in(), "/import", {"file": (file, path.name)})
    assert f"已匯入 {path.name}" in piece and "Google Ads" in piece


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "..\\..\\boot.csv", "", "a\nb.csv", "=cmd.csv", "x" * 400])
def test_an_upload_s_name_leads_nowhere(logged_in, sample, name):
    content = sample[1].exports[0].read_bytes()
    answer = logged_in().post("/import", data={"file": (io.BytesIO(content), name or "a")}, headers=PIECE)
    assert answer.status_code == 200
    assert "Traceback" not in answer.get_data(as_text=True)


def test_the_night_is_run_on_the_page(filled_dir, logged_in):
    piece = sent(logged_in(), "/night", {"as_of": "2026-11-16"})
    assert "2026/11/16" in piece and "需要決定" in piece and "稽核鏈到第" in piece


def test_no_page_holds_inline_script_or_style(filled_dir, planned):
    client, _ = planned
    for path in ("/", "/login", "/join", "/self", "/people", "/?lang=en"):
        page = client.get(path).get_data(as_text=True)
        assert " style=" not in page and "<style" not in page
        assert " onclick=" not in page and "hx-on" not in page
        for tag in page.split("<script")[1:]:
            assert tag.startswith((' src="/static/', ' type="application/json"'))


def test_work_that_is_cancelled_shows_so_and_work_that_ended_shows_what_came_of_it(store, logged_in, monkeypatch):
    monkeypatch.setattr("api.console.work.WAIT_SECONDS", 0.0)
    monkeypatch.setattr("api.jobs.worker.Jobs.nudge", lambda self: None)
    client = logged_in()
    piece = client.post("/copy", data={"text": "新鮮牛奶", "product": "food"}, headers=PIECE).get_data(as_text=True)
    place = re.search(r'hx-post="(/runs/[^"]+/cancel)"', piece)[1]
    assert "等待中" in piece and "<progress" in piece
    assert place in client.get("/").get_data(as_text=True)
    following = client.get(place.removesuffix("/cancel"), headers=PIECE)
    assert "HX-Retarget" not in following.headers and "等待中" in following.get_data(as_text=True)
    for _ in range(2):
        answer = client.post(place, headers=PIECE)
        assert "已取消" in answer.get_data(as_text=True)
        assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == ("#copy-body", "innerHTML")
    assert place not in client.get("/").get_data(as_text=True)
    assert client.post("/runs/J-0000000000/cancel").status_code == 404


def test_a_run_of_another_account_can_be_neither_seen_nor_cancelled(store, logged_in):
    run = store.account("zenith", "test").runs.ask("night", {})
    client = logged_in("admin")
    assert client.get(f"/runs/{run.short_id}").status_code == 404
    assert client.post(f"/runs/{run.short_id}/cancel").status_code == 404
    assert store.account("zenith", "test").runs.read(run.id).is_open


def test_a_form_that_is_sent_too_often_is_told_in_its_place(data_dir, monkeypatch, request):
    monkeypatch.setenv("ADCUE_RATE_PER_KEY", "3/minute")
    client = request.getfixturevalue("logged_in")()
    answers = [client.post("/propose", data={"budget": "許多"}, headers=PIECE) for _ in range(4)]
    piece = answers[-1].get_data(as_text=True)
    assert "太頻繁" in piece and 'class="fault"' in piece and "<html" not in piece
    assert "不是金額" in answers[0].get_data(as_text=True)


def test_a_piece_asked_for_after_the_session_ended_leads_to_the_login(logged_in):
    client = logged_in()
    client.post("/logout")
    answer = client.get("/runs/J-0000000000", headers=PIECE)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login")


def test_every_page_has_its_way_out(logged_in):
    admin = logged_in("admin")
    pages = {"/": 200, "/self": 200, "/people": 200, "/nothing": 404, "/cue-sheet/P-000000.xlsx": 404}
    for path, status in pages.items():
        answer = admin.get(path)
        assert (answer.status_code, 'action="/logout"' in answer.get_data(as_text=True)) == (status, True), path
    assert 'action="/logout"' not in admin.application.test_client().get("/nothing").get_data(as_text=True)
