"""The operator's verbs for people and for the audit chain: what they print, what they end with, what they change."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest

from engine.errors import AccessError
from tests.api.conftest import ACCOUNT, PASSWORD

NEW = "a quiet harbour after midnight"


def test_an_invitation_is_a_link_that_works_once(adcue, store):
    code, out, err = adcue("person", "invite", "--role", "reviewer")
    assert code == 0
    key = re.search(r"http://\S+/join#key=([\w-]+)", out)[1]
    assert "72 小時" in out and key not in err
    store.people.accept(key, "mei.lin", PASSWORD)
    with pytest.raises(AccessError):
        store.people.accept(key, "someone", PASSWORD)
    code, out, _ = adcue("person", "list")
    assert code == 0 and "mei.lin" in out and "審稿" in out and key not in out


def test_an_invitation_for_programs(adcue, store):
    made = json.loads(adcue("person", "invite", "--role", "admin", "--account", "zenith", "--json")[1])
    assert (made["account"], made["role"]) == ("zenith", "admin") and made["link"].endswith(f"/join#key={made['key']}")
    store.people.accept(made["key"], "boss", PASSWORD)
    shown = json.loads(adcue("person", "list", "--account", "zenith", "--json")[1])["items"]
    assert [(one["login"], one["role"]) for one in shown] == [("boss", "admin")]


def test_a_password_is_set_anew_by_its_person(adcue, store, person):
    person("mei.lin")
    made = json.loads(adcue("person", "reset", "Mei.Lin", "--json")[1])
    assert store.people.verify("mei.lin", PASSWORD).login == "mei.lin"
    store.people.accept(made["key"], "mei.lin", NEW)
    assert store.people.verify("mei.lin", NEW).login == "mei.lin"
    with pytest.raises(AccessError):
        store.people.verify("mei.lin", PASSWORD)
    told = adcue("person", "reset", "mei.lin")[1]
    assert re.search(r"/join#key=[\w-]{43}\n", told) and made["key"] not in told


def test_whoever_is_removed_cannot_come_back(adcue, store, person):
    person("boss", "admin")
    person("mei.lin")
    assert adcue("person", "remove", "MEI.LIN")[0] == 0
    with pytest.raises(AccessError):
        store.people.verify("mei.lin", PASSWORD)
    assert adcue("person", "remove", "mei.lin")[0] == 2
    code, _, err = adcue("person", "remove", "boss")
    assert code == 2 and "最後一位管理者" in err


def test_chains_that_hold_end_with_0(adcue, store, person):
    person("mei.lin")
    store.account("zenith", "test").members.invite("planner")
    code, out, _ = adcue("audit", "verify")
    assert code == 0 and "帳戶 default：" in out and "帳戶 zenith：" in out and "都成立" in out
    items = json.loads(adcue("audit", "verify", "--account", "zenith", "--json")[1])["items"]
    assert [(one["account"], one["holds"], one["broken"]) for one in items] == [("zenith", True, None)]
    assert items[0]["head"] == store.account("zenith", "test").audit.head().hash


BREAKS = [
    ("update audit_entry set action = 'person.left' where seq = 2 and tenant = 1", 2, "changed", "內容被改過"),
    ("delete from audit_entry where seq = 2 and tenant = 1", 2, "missing", "不見了"),
    ("delete from audit_entry where seq >= 2 and tenant = 1", 2, "cut", "被刪掉了"),
]


@pytest.mark.parametrize(("change", "seq", "fault", "told"), BREAKS, ids=[fault for _, _, fault, _ in BREAKS])
def test_a_broken_chain_ends_with_1_and_names_its_place(adcue, store, data_dir, person, change, seq, fault, told):
    person("mei.lin")
    store.account("zenith", "test").members.invite("planner")
    with sqlite3.connect(data_dir / "adcue.sqlite3") as direct:
        for (name,) in direct.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            direct.execute(f"drop trigger {name}")
        direct.execute(change)
    direct.close()
    code, out, _ = adcue("audit", "verify")
    assert code == 1 and f"帳戶 {ACCOUNT}：稽核鏈在第 {seq} 筆斷裂" in out and told in out
    assert "帳戶 zenith：" in out and "都成立" in out
    code, out, _ = adcue("audit", "verify", "--json")
    assert code == 1
    assert {"seq": seq, "fault": fault}.items() <= json.loads(out)["items"][0]["broken"].items()
    assert adcue("audit", "verify", "--account", "zenith")[0] == 0


def test_acts_are_listed_newest_first_by_login_name(adcue, store, person):
    person("mei.lin", "admin")
    code, out, _ = adcue("audit", "list")
    assert code == 0 and "mei.lin" in out
    assert out.index("person.joined") < out.index("person.invited") < out.index("account.opened")
    items = json.loads(adcue("audit", "list", "--action", "person.joined", "--json")[1])["items"]
    assert [one["action"] for one in items] == ["person.joined"]
    assert len(json.loads(adcue("audit", "list", "--limit", "1", "--json")[1])["items"]) == 1


def test_a_night_tells_where_the_chain_ends(adcue, filled_dir, store):
    code, out, _ = adcue("nightly", "--as-of", "2026-11-16")
    told = re.search(r"稽核鏈到第 (\d+) 筆：([0-9a-f]{64})", out)
    assert code == 0 and told
    acts = json.loads(adcue("audit", "list", "--limit", "1000", "--json")[1])["items"]
    assert {one["seq"]: one["hash"] for one in acts}[int(told[1])] == told[2]
    assert adcue("audit", "verify")[0] == 0
