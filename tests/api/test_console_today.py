"""The page of today: the most money first, decided one by one or several at once, each with its evidence on request."""

from __future__ import annotations

import csv
import io
import re
from typing import get_args

import pytest

from api.dates import today
from api.services.account_rules import set_policy, set_targets
from api.services.decide_many import MOST_AT_ONCE, NEXT_ACTS
from api.services.entity_states import mark_states
from api.services.rule_packs import keep_rule
from engine.messages import LANGUAGES, Message, render
from engine.store.states import StateRow
from engine.store.steps import NEXT, STEPS
from rules.actions import WORDS, Field
from rules.applying import Policy
from rules.loading import read_rule
from rules.pack import MINIMUMS, Guard
from tests.api.advice import EVIDENCE, keep, keep_night, line
from tests.api.conftest import ACCOUNT, PIECE
from tests.api.everything import OWN_RULE

LINES = (
    line("小", 10.0),
    line("大", 9000.0),
    line("中", 500.0, platform="line"),
    line("抽", 800.0, holdout=True),
    line("停播", 50.0, action="alert"),
)
SHORT = {one["name"]: one["short_id"] for one in LINES}
LOST = line("大", 9000.0) | {
    "id": "d" * 64, "short_id": "R-dddddd", "rule": {"name": "low_ctr_vs_peers", "version": "1", "hash": "7" * 64},
    "decision": "dropped", "because": "same_action", "beaten_by": "spend_no_conv:meta|1|ad#大",
    "trail": ["規則點名", "不採用：優先順序較高的規則 spend_no_conv 已建議同樣的動作"],
}  # fmt: skip


@pytest.fixture
def account(store):
    """An account with five recommendations that a night kept, and one that it dropped."""
    opened = store.account(ACCOUNT, "test")
    keep_night(opened, *LINES, LOST, on=today())
    return opened


def text(answer) -> str:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def act(client, **form) -> str:
    piece = text(client.post("/recommendations", data=form, headers=PIECE))
    assert "<html" not in piece
    return piece


def states(account) -> dict[str, str]:
    return {life.stored.document["en"]["name"]: life.state for life in account.recommendations.list(100)}


def test_the_most_money_is_first_and_home_leads_there(account, enter):
    client = enter("mei.lin", "planner")
    home = text(client.get("/"))
    assert "今天有 4 項要決定，牽涉花費 NT$10,310；另有 1 則提醒" in home and 'href="/today"' in home
    page = text(client.get("/today"))
    assert "4 項要決定，牽涉花費 NT$10,310" in page
    places = [page.index(f"<strong>{name}</strong>") for name in ("大", "抽", "中", "小", "停播")]
    assert places == sorted(places)
    assert "狀態：投放中 → 暫停" in page and "adcue default" in page and "沒有政策" in page
    english = text(client.get("/today?lang=en"))
    assert "4 to decide, NT$10,310 at stake" in english and "Status: active → paused" in english


def test_a_row_s_own_button_decides_that_row_alone(account, enter):
    client = enter("mei.lin", "planner")
    piece = act(client, one=f"approved:{SHORT['大']}", id=[SHORT["小"]], note="好")
    assert "已核准 1 項。" in piece and "已核准、還沒執行 1 項，牽涉花費 NT$9,000" in piece and "3 項要決定" in piece
    assert states(account) == {"大": "approved", "小": "open", "中": "open", "抽": "open", "停播": "open"}
    (step,) = account.recommendations.read(SHORT["大"]).steps
    assert (step.note, step.by, step.source) == ("好", "mei.lin", "person")


def test_several_at_once_say_what_was_withheld_and_what_was_refused(account, enter):
    client = enter("mei.lin", "planner")
    piece = act(client, act="approved", id=[SHORT["大"], SHORT["抽"], SHORT["停播"], "R-000000", SHORT["大"]])
    assert "已核准 2 項。" in piece and "其中 1 項抽為對照組" in piece
    assert f"{SHORT['停播']}：" in piece and "R-000000：" in piece
    assert (states(account)["抽"], states(account)["停播"]) == ("withheld", "open")
    piece = act(client, act="rejected", id=[SHORT["中"], SHORT["小"]])
    assert "已退回 2 項。" in piece and "沒有要決定的建議" in piece
    assert "已標記 1 項。" in act(client, one=f"applied:{SHORT['停播']}")


def test_what_was_carried_out_can_be_taken_back(account, enter):
    client = enter("mei.lin", "planner")
    act(client, act="approved", id=[SHORT["大"], SHORT["中"]])
    piece = act(client, act="applied", id=[SHORT["大"], SHORT["中"]])
    assert "最近執行的" in piece and f'value="undo:{SHORT["大"]}"' in piece
    piece = act(client, one=f"undo:{SHORT['大']}")
    assert "已提出 1 項復原，待核准。" in piece and f"復原 {SHORT['大']}：改回執行前的值" in piece
    (undo,) = [life for life in account.recommendations.standing("open") if life.undoes]
    act(client, one=f"approved:{undo.stored.short_id}")
    act(client, one=f"applied:{undo.stored.short_id}")
    assert account.recommendations.read(SHORT["大"]).state == "undone"


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"act": "approved"}, "沒有選任何一項"),
        ({"act": "burn", "id": ["R-000000"]}, "act"),
        ({}, "act"),
        ({"act": "approved", "id": [f"R-{n:06x}" for n in range(MOST_AT_ONCE + 1)]}, "一次最多 200 項"),
        ({"act": "approved", "id": ["R-000000"], "note": "x" * 2001}, "2000"),
    ],
)
def test_what_cannot_be_read_changes_nothing_and_leaves_the_list(account, enter, form, told):
    before = states(account)
    piece = act(enter("mei.lin", "planner"), **form)
    assert 'role="alert"' in piece and told in re.search(r'class="fault"[^<]*<', piece)[0]
    assert "<strong>大</strong>" in piece and states(account) == before


def test_a_reviewer_reads_and_decides_nothing(account, enter):
    client = enter("mei.lin", "reviewer")
    page = text(client.get("/today"))
    assert "審稿人員只能查看" in page and "<strong>大</strong>" in page
    assert 'name="one"' not in page and 'name="act"' not in page and "/bulk-edits" not in page
    assert "<table" in text(client.get(f"/recommendations/{SHORT['大']}/evidence", headers=PIECE))
    assert client.post("/recommendations", data={"one": f"approved:{SHORT['大']}"}).status_code == 403


def test_the_evidence_shows_every_number(account, enter):
    shown = text(enter("mei.lin", "planner").get(f"/recommendations/{SHORT['大']}/evidence", headers=PIECE))
    for words in (
        "應有轉換數", "18.25", "≥ 3", "花費 NT$4,578 ÷ 目標單次轉換成本 NT$251", "&gt; 99.9%", "&lt; 0.1%", "10^8",
        "至少要 50", "第 3 位，共看了 183 個", "10%", "同一廣告群組的 5 則，點閱率 0.61%", "由帳戶 1,557 次轉換推算",
        "轉換已回報 98%", "曝光太少、還在學習期", "規則點名 → 保留", "low_ctr_vs_peers 暫停：不採用", "88888888",
    ):  # fmt: skip
        assert words in shown, words


def test_a_dropped_one_says_what_beat_it(account, enter):
    client = enter("mei.lin", "planner")
    page = text(client.get("/today"))
    assert "規則也點名、但不採用的 1 項" in page and LOST["trail"][-1] in page
    shown = text(client.get(f"/recommendations/{LOST['short_id']}/evidence", headers=PIECE))
    assert "low_ctr_vs_peers" in shown and LOST["trail"][-1] in shown
    answer = client.get("/recommendations/R-000000/evidence")
    assert answer.status_code == 404


def test_the_evidence_tells_what_of_it_no_longer_runs(account, enter):
    sound = EVIDENCE["conditions"][0] | {"metric": "cpa", "value": 290.0, "op": ">", "threshold": 356.4, "met": False}
    running = {
        "flagged": False, "met": False, "probability": 0.124, "spend": 16240.0, "stopped_spend": 30000.0,
        "stopped_count": 4, "conditions": [sound],
        "stopped": [{"entity": "meta|1|ad#5", "name": "停掉的", "spend": 28000.0}],
    }  # fmt: skip
    held = {"decision": "dropped", "because": "paused_explains", "beaten_by": "paused_explains"}
    one = line("群組", 70.0, level="ad_group", evidence=EVIDENCE | {"running": running}, **held)
    keep_night(account, one, on=today())
    shown = text(enter("mei.lin", "planner").get(f"/recommendations/{one['short_id']}/evidence", headers=PIECE))
    for words in (
        "期間花費 NT$30,000（仍在投放的花費 NT$16,240）", "停掉的 NT$28,000，另有 3 個",
        "這條規則不會點名，所以不採用。", "真的不好的機率 12.4%。", "單次轉換成本 NT$290 &gt; NT$356 ✗",
    ):  # fmt: skip
        assert words in shown, words


def test_the_evidence_of_an_own_rule_is_told_under_its_title_also_when_it_was_changed_since(account, enter):
    first, later = (OWN_RULE.replace("version: 1", f"version: {n}", 1).replace("群組", f"群組{n}") for n in (1, 2))
    for text_of in (first, later):
        keep_rule(account, text_of, today())
    rule = {"name": "our_dear_groups", "version": "1", "hash": read_rule(first)[1].hash}
    mine = line("自訂", 70.0, rule=rule)
    keep(account, mine, on=today())
    shown = text(enter("mei.lin", "planner").get(f"/recommendations/{mine['short_id']}/evidence", headers=PIECE))
    assert "我們的高成本群組1" in shown and "單次轉換成本高於九百元" in shown


def test_evidence_without_a_method_or_numbers_is_shown_too(account, enter):
    bare = {"conditions": [], "sums": {}, "method": "none", "guards_passed": [], "judged": 4}
    endless = EVIDENCE | {"log_e": None, "probability": None, "false_rate": 0.05, "fdr_rank": None, "target": {}}
    keep(account, line("空", 5.0, evidence=bare), line("滿", 6.0, evidence=endless), on=today())
    client = enter("mei.lin", "planner")
    for name, told in (("空", "沒有其他防護"), ("滿", "∞")):
        assert told in text(client.get(f"/recommendations/{line(name)['short_id']}/evidence", headers=PIECE))


def test_a_bulk_edit_file_is_shown_then_downloaded(account, enter):
    texts = {"Headline 1": "每天現做", "Final URL": "https://example.com"}
    named = line("搜", 70.0, platform="google_ads")
    keep(account, *LINES, named, on=today())
    state = StateRow("google_ads", "ad", "搜", "active", campaign_name="轉換", ad_group_name="訪客", external_id="91",
                     traits=texts)  # fmt: skip
    mark_states(account, [state], today(), "export")
    client = enter("mei.lin", "planner")
    act(client, act="approved", id=[named["short_id"], SHORT["中"]])
    assert client.post("/bulk-edits/file", data={"platform": "meta"}).status_code == 404
    piece = text(client.post("/bulk-edits", data={"platform": "line"}, headers=PIECE))
    assert "LINE：沒有可以寫進檔案的調整" in piece and f"{SHORT['中']} 暫停 中：" in piece
    piece = text(client.post("/bulk-edits", data={"platform": "google_ads"}, headers=PIECE))
    assert "1 項寫進批次檔" in piece and 'action="/bulk-edits/file"' in piece
    answer = client.post("/bulk-edits/file", data={"platform": "google_ads"})
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="bulk-edit-google_ads-')
    (row,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert (row["Campaign"], row["Status"]) == ("轉換", "Paused")
    assert account.recommendations.read(named["short_id"]).state == "exported"


def test_targets_and_policy_are_shown(account, enter, store, person):
    set_targets(account, {"meta": 480.0}, {"line": 3.5}, today())
    boss = store.account(ACCOUNT, f"person:{person('boss', 'admin')[1]}")
    set_policy(boss, Policy(frozenset({"spend_no_conv"}), 0.1, 3, today(), today()))
    page = text(enter("mei.lin", "planner").get("/today"))
    assert "Meta NT$480" in page and "LINE 3.50" in page and "spend_no_conv；每天最多 3 項、當日花費的 10%" in page


def test_a_name_is_text_on_the_page(account, enter):
    keep(account, *LINES, line("<script>alert(1)</script>", 1e6), on=today())
    page = text(enter("mei.lin", "planner").get("/today"))
    assert "<script>alert" not in page and " style=" not in page and "hx-on" not in page


def test_every_state_act_and_guard_has_its_words():
    names = [f"state.{name}" for name in STEPS] + [
        f"guard.{name}" for name in (*get_args(Guard), *MINIMUMS, "min_peers")
    ]
    names += [f"worklist.step.{name}" for name in ("open", *NEXT)]
    names += [f"act.{name}" for acts in NEXT_ACTS.values() for name in acts]
    names += [f"change.value.{value}" for _, *values in WORDS.values() for value in values]
    names += [f"change.field.{field}" for field in get_args(Field)]
    for language in LANGUAGES:
        for name in names:
            render(Message(f"api.console.{name}", {"on": "", "by": ""}), language)
    assert set(NEXT_ACTS) - {"alert"} <= {"open", *NEXT}
