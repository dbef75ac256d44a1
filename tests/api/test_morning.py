"""A morning says what needs a decision, the most money first; its mail is short, plain, and nothing in it can run."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from api.cli.app import run
from api.services.morning import morning_of
from api.services.morning_mail import MOST_DECISIONS, plain_name
from api.v1.answers.morning import Morning
from engine.store.steps import WantedStep
from tests.api.advice import MORNING, keep_night, line


def test_the_most_money_is_first_and_all_is_counted(account):
    lines = [line(f"ad{n}", stake=float(n)) for n in range(1, 31)]
    alert = line("stopped", 77.5, action="alert")
    keep_night(account, *lines, alert)
    for one in lines[:3]:
        account.recommendations.take(one["id"], WantedStep("auto_approved", MORNING, "policy"))
    told = morning_of(account, MORNING, "zh-TW", 5)
    Morning.model_validate(told, strict=True)
    assert [one["name"] for one in told["decide"]["items"]] == ["ad30", "ad29", "ad28", "ad27", "ad26"]
    assert (told["decide"]["count"], told["decide"]["spend_at_stake"]) == (27, sum(range(4, 31)))
    assert (told["alerts"]["count"], told["alerts"]["items"][0]["id"]) == (1, alert["id"])
    assert (told["carry_out"]["count"], told["carry_out"]["items"][0]["state"]) == (3, "auto_approved")
    assert told["subject"] == "adcue default 11/16：27 項待決定，牽涉 NT$459"
    assert len(re.findall(r"^\d+\. NT\$", told["text"], re.MULTILINE)) == 5
    assert "另有 22 項，牽涉 NT$319。" in told["text"]
    longer = morning_of(account, MORNING, "en")["text"]
    assert len(re.findall(r"^\d+\. NT\$", longer, re.MULTILINE)) == MOST_DECISIONS
    assert "3 approved and not carried out yet, NT$6 at stake." in longer


def test_a_night_that_did_not_run_is_said_first(account):
    never = morning_of(account, MORNING, "zh-TW")
    assert (never["night"]["status"], never["decide"]["count"]) == ("never", 0)
    assert never["text"].startswith("default：還沒有跑過夜間檢查") and never["subject"].endswith("（夜間檢查異常）")
    keep_night(account, line("a"), on=MORNING - timedelta(days=2))
    keep_night(account, line("b"), on=MORNING - timedelta(days=9), replay=True)
    late = morning_of(account, MORNING, "en")
    assert (late["night"]["status"], late["night"]["as_of"]) == ("late", "2026-11-14")
    assert late["text"].startswith("default: the night of 2026-11-16 did not run; the last one was 2026-11-14")
    assert morning_of(account, MORNING - timedelta(days=2), "en")["night"]["status"] == "done"


def test_a_night_that_failed_says_why(account):
    keep_night(account, line("a"), on=MORNING - timedelta(days=1))
    run = account.nights.begin(MORNING, replay=False)
    problem = {name: {"detail": "磁碟滿了"} for name in ("zh-TW", "en")}
    account.nights.end(run.id, "failed", problem=problem)
    told = morning_of(account, MORNING, "zh-TW")
    assert (told["night"]["status"], told["night"]["as_of"], told["decide"]["count"]) == ("failed", "2026-11-15", 1)
    assert "失敗" in told["text"].splitlines()[0] and "磁碟滿了" in told["text"].splitlines()[0]


def test_refused_files_notices_copy_and_the_plan_are_in_the_mail(account):
    problem = {"detail": "第 3 列的日期讀不懂；請改成 2026-11-16 這樣的日期"}
    file = {"file": "meta.csv", "status": "refused", "rows": 0, "problem": problem}
    keep_night(account, files=[file], notices=[{"code": "x", "text": "沒有可以判斷的數據"}])
    account.put("screening", {name: _copy() for name in ("zh-TW", "en")}, {"n": 1})
    told = morning_of(account, MORNING, "zh-TW")
    assert told["refused_files"] == [{"file": "meta.csv", "detail": problem["detail"]}]
    for words in (
        "沒有收下的檔案 1 個",
        "• meta.csv：第 3 列",
        "• 沒有可以判斷的數據",
        "2 則文案禁止刊登",
        "沒有待決定的建議",
    ):
        assert words in told["text"]
    assert told["subject"].endswith("今天沒有需要決定的事")


def _copy():
    return {"source": "ads.csv", "counts": {"block": 2, "review": 0, "pass": 0}, "rows": []}


NASTY = [
    '=HYPERLINK("http://x.example","a")', "+1+1", "-2+3", "@SUM(A1)", "|calc", "\t=1", "＝1",
    "a\r\nBcc: all@x.example", "b\n主旨：假的", "c\u2028d\u202e倒過來", "王小明 A123456789", "0912-345-678", "x" * 500,
]  # fmt: skip


def test_nothing_of_a_name_runs_forges_a_line_or_tells_of_a_person(store):
    for at in range(0, len(NASTY), 4):  # so few that the mail shows each of them
        account, names = store.account(f"a{at}", "test"), NASTY[at : at + 4]
        lines = [line(name, reason=f"{name}。") for name in names]
        alerts = [one | {"id": one["id"][::-1], "action": "alert"} for one in lines]
        files = [{"file": name, "status": "refused", "rows": 0, "problem": {"detail": name}} for name in names]
        keep_night(account, *lines, *alerts, files=files, notices=[{"code": "x", "text": name} for name in names])
        told = morning_of(account, MORNING, "zh-TW")
        rows = told["text"].splitlines()
        assert told["subject"].count("\n") == 0 and max(map(len, rows)) < 300
        assert len(rows) == 9 + 5 * len(names)
        for row in rows:
            assert not row.strip(" 　").startswith(tuple("=+-@|%\t\r＝＋－＠")), row
            assert not re.match(r"(bcc|主旨)[:：]", row, re.IGNORECASE)
        for hidden in ("A123456789", "0912-345-678", "\u202e", "\u2028"):
            assert hidden not in told["text"]


def test_a_name_keeps_what_people_read():
    assert plain_name("品牌字_🍵 茶\u200b  a", 40) == "品牌字_🍵 茶 a"
    assert plain_name("x" * 41, 40) == "x" * 39 + "…"


def test_the_verb_prints_the_mail_of_every_account(store, account, capsys):
    keep_night(account, line("[bold]a"))
    store.account("zenith", "test")
    assert run(["morning", "--on", "2026-11-16"]) == 0
    told = capsys.readouterr().out
    assert told.index("adcue default 11/16：1 項待決定") < told.index("adcue zenith 11/16：") and "[bold]a" in told
    assert run(["morning", "--on", "2026-11-16", "--account", "default", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["accounts"]
    assert one == json.loads(json.dumps(morning_of(account, MORNING, "zh-TW")))
    assert run(["morning", "--account", "nobody"]) == 2
    assert "nobody" in capsys.readouterr().err


def test_every_role_may_read_the_morning_of_its_own_account(store, account, client, key):
    keep_night(account, line("a"))
    for role in ("planner", "reviewer", "machine"):
        answer = client.get("/v1/morning?on=2026-11-16&limit=1", headers=key(role) | {"Accept-Language": "en"})
        assert answer.json["subject"] == "adcue default 11/16: 1 to decide, NT$100 at stake"
    other = client.get("/v1/morning?on=2026-11-16", headers=key("admin", "zenith")).json
    assert (other["decide"]["count"], other["night"]["status"]) == (0, "never")
    assert client.get("/v1/morning?limit=0", headers=key()).status_code == 422
