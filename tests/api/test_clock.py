"""A clock that jumps lets nobody in who should not be, keeps nobody out who may come in again, and doubles nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from api.access import COOKIE
from api.app import create_app, jobs_of
from engine.settings import Settings
from engine.store.store import Store
from engine.store.tables.base import now
from tests.api.conftest import ACCOUNT, PASSWORD, PLAN

DAY_BACK, YEAR_ON = timedelta(days=-1), timedelta(days=366)
PAGE = {"Sec-Fetch-Site": "same-origin"}
COPY = {"rows": [{"text": "新鮮牛奶", "product": "food"}]}


def log_in(client, login: str = "mei.lin", password: str = PASSWORD):
    return client.post("/login", data={"login": login, "password": password}, headers=PAGE)


def me(client, key: str) -> int:
    return client.get("/v1/me", headers={"Authorization": f"Bearer {key}"}).status_code


@pytest.mark.parametrize("jump", [DAY_BACK, YEAR_ON])
def test_a_session_is_over_after_a_jump_either_way_and_its_person_comes_in_again(client, person, jump):
    person("mei.lin")
    start = now()
    log_in(client)
    before = client.get_cookie(COOKIE).value
    with time_machine.travel(start + jump, tick=True):
        assert client.get("/").headers["Location"] == "/login"
        assert log_in(client).status_code == 303
        assert client.get("/").status_code == 200
        meanwhile = client.get_cookie(COOKIE).value
        client.set_cookie(COOKIE, before)
        assert client.get("/").headers["Location"] == "/login"
    client.set_cookie(COOKIE, meanwhile)
    assert client.get("/").headers["Location"] == "/login"
    assert log_in(client).status_code == 303
    assert client.get("/").status_code == 200


def test_a_stopped_key_stays_stopped_whatever_the_clock_says_and_one_that_lasts_is_judged_by_the_day_it_shows(
    client, store: Store
):
    good, _ = store.keys.create(ACCOUNT, "planner", "test")
    stopped, card = store.keys.create(ACCOUNT, "planner", "test")
    store.keys.revoke(card.id, "test")
    start = now()
    for jump, lets_in in ((DAY_BACK, 200), (YEAR_ON, 401), (timedelta(0), 200)):
        with time_machine.travel(start + jump, tick=True):
            assert (me(client, good), me(client, stopped)) == (lets_in, 401), jump


def test_a_one_time_key_is_used_once_whatever_the_clock_says_and_none_after_its_day(store: Store):
    start = now()
    members = store.account(ACCOUNT, "test").members
    used, over = members.invite("planner")[0], members.invite("planner")[0]
    store.people.accept(used, "mei.lin", PASSWORD)
    for jump, secrets in ((DAY_BACK, [used]), (YEAR_ON, [used, over])):
        with time_machine.travel(start + jump, tick=True):
            for secret in secrets:
                with pytest.raises(Exception, match=r".") as refusal:
                    store.people.accept(secret, "a.wu", PASSWORD)
                assert refusal.type.__name__ in {"AccessError", "InputError", "ConflictError", "NotFoundError"}
    assert {one.login for one in members.list()} == {"mei.lin"}


@pytest.mark.parametrize("jump", [DAY_BACK, YEAR_ON])
def test_who_was_slowed_down_is_not_kept_out_by_a_jump(store, person, jump):
    client = create_app(store, Settings(rate_per_login="2/minute", rate_per_address="9/minute")).test_client()
    person("mei.lin")
    start = now()
    assert [log_in(client, password=f"guess {number}").status_code for number in range(3)] == [401, 401, 429]
    with time_machine.travel(start + jump, tick=True):
        assert log_in(client).status_code == 303
        late = [log_in(client, password=f"guess {number}") for number in range(3)]
        assert [answer.status_code for answer in late] == [401, 429, 429]
        assert 1 <= int(late[-1].headers["Retry-After"]) <= 3600
    assert log_in(client).status_code == 303


def test_a_repeated_request_is_done_once_across_a_jump_back_and_anew_once_its_day_is_over(app, client, key):
    header, start = key() | {"Idempotency-Key": "one"}, now()
    first = client.post("/v1/copy-checks", json=COPY, headers=header)
    with time_machine.travel(start + DAY_BACK, tick=True):
        again = client.post("/v1/copy-checks", json=COPY, headers=header)
        assert (again.status_code, again.json) == (first.status_code, first.json)
        assert again.headers["Idempotency-Replayed"] == "true"
    assert len(client.get("/v1/runs", headers=header).json["items"]) == 1
    with time_machine.travel(start - 2 * DAY_BACK, tick=True):
        later = client.post("/v1/copy-checks", json=COPY, headers=header)
        assert (later.status_code, "Idempotency-Replayed" in later.headers) == (201, False)
        assert len(client.get("/v1/runs", headers=header).json["items"]) == 2


@pytest.mark.parametrize("jump", [DAY_BACK, YEAR_ON])
def test_work_asked_for_before_a_jump_is_done_after_it_and_once(store, jump):
    app, start = create_app(store), now()
    account = store.account(ACCOUNT, "cli")
    rows = [{"row_id": "1", "text": "新鮮牛奶", "product": "food", "facts": {}}]
    run = account.runs.ask("copy_check", {"rows": rows, "source": "", "on": start.date().isoformat()})
    with time_machine.travel(start + jump, tick=True):
        jobs_of(app).start()
        ended = jobs_of(app).wait(account, run.id, 20)
        jobs_of(app).stop(5)
    assert (ended.state, ended.attempts) == ("done", 1)
    assert store.account(ACCOUNT, "test").audit.verify().broken is None


def test_acts_stay_in_the_order_they_were_done_in_and_the_chain_holds(store):
    account, start = store.account(ACCOUNT, "cli"), now()
    for number, jump in enumerate((timedelta(0), YEAR_ON, DAY_BACK, timedelta(0))):
        with time_machine.travel(start + jump, tick=True):
            account.put("night", {"n": number})
    acts = [act for act in reversed(account.audit.list()) if act.action == "night.kept"]
    assert [act.seq for act in acts] == sorted(act.seq for act in acts)
    assert [act.at for act in acts] != sorted(act.at for act in acts)
    assert account.audit.verify().broken is None


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.usefixtures("filled_dir")
def test_a_day_at_the_end_of_the_calendar_is_refused_in_words(client, key, day):
    for told in (
        client.get(f"/v1/rule-scores?as_of={day}", headers=key()),
        client.post("/v1/nights", json={"as_of": day}, headers=key()),
        client.post("/v1/proposals", json=PLAN | {"start": day, "end": day}, headers=key()),
    ):
        assert (told.status_code, told.json["code"]) == (422, "api.value.day"), told.json
        assert day in told.json["detail"] and "1990-01-01" in told.json["detail"]
