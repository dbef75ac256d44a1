"""How often someone may ask: per key, per address, per login name; nobody is kept out by someone else."""

from __future__ import annotations

import pytest
import time_machine

from api.app import create_app, jobs_of
from api.rate_storage import ProcessStorage
from engine.settings import Settings
from tests.api.conftest import PASSWORD


@pytest.fixture
def limited(store):
    """Clients of applications with settings of their own."""
    made = []

    def make(**rates: str):
        made.append(create_app(store, Settings(**rates)))
        client = made[-1].test_client()
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        return client

    yield make
    for app in made:
        jobs_of(app).stop(5)


def test_a_key_beyond_its_rate_is_told_when_to_come_back(limited, key):
    client, mine, other = limited(rate_per_key="3/minute"), key(), key()
    assert [client.get("/v1/me", headers=mine).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = client.get("/v1/me", headers=mine)
    assert refused.json["code"] == "api.rate.exceeded"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert client.get("/v1/me", headers=other).status_code == 200


def test_a_rate_is_free_again_after_its_window(limited, key):
    client, mine = limited(rate_per_key="2/minute"), key()
    with time_machine.travel("2026-12-01T08:00:00+08:00", tick=False) as clock:
        assert [client.get("/v1/me", headers=mine).status_code for _ in range(3)] == [200, 200, 429]
        clock.shift(61)
        assert client.get("/v1/me", headers=mine).status_code == 200


def test_guessing_keys_is_slowed_down_and_good_keys_go_on(limited, key):
    client, mine = limited(rate_per_address="5/minute"), key()
    wrong = {"Authorization": "Bearer adcue_00000000_" + "x" * 43}
    assert [client.get("/v1/me", headers=wrong).status_code for _ in range(7)] == [401] * 5 + [429] * 2
    assert client.get("/v1/me", headers=mine).status_code == 200
    assert client.get("/nothing").status_code == 429


def _try(client, login: str, password: str, address: str) -> int:
    sent = {"login": login, "password": password}
    return client.post("/login", data=sent, environ_overrides={"REMOTE_ADDR": address}).status_code


def test_guessing_a_password_is_slowed_down_and_its_owner_comes_in_from_elsewhere(limited, person):
    person("mei.lin")
    client = limited(rate_per_login="3/minute", rate_per_address="1000/minute")
    assert [_try(client, "mei.lin", "wrong", "10.0.0.1") for _ in range(4)] == [401, 401, 401, 429]
    assert _try(client, " MEI.LIN ", PASSWORD, "10.0.0.1") == 429
    assert _try(client, "mei.lin", PASSWORD, "10.0.0.2") == 303


def test_unknown_names_are_counted_like_known_ones(limited):
    client = limited(rate_per_login="2/minute", rate_per_address="1000/minute")
    assert [_try(client, "nobody", "wrong", "10.0.0.1") for _ in range(3)] == [401, 401, 429]


def test_many_addresses_together_are_slowed_down_too(limited, person):
    person("mei.lin")
    client = limited(rate_per_login="100/minute", rate_per_name="4/minute", rate_per_address="1000/minute")
    assert [_try(client, "mei.lin", "wrong", f"10.0.0.{n}") for n in range(6)] == [401] * 4 + [429] * 2


def test_a_forged_forwarding_header_changes_nothing(limited, key):
    client = limited(rate_per_address="2/minute")
    answers = [client.get("/v1/me", headers={"X-Forwarded-For": f"10.9.9.{n}"}).status_code for n in range(4)]
    assert answers == [401, 401, 429, 429]
    page = client.get(
        "/v1/health", headers={"X-Forwarded-Proto": "https"}, environ_overrides={"REMOTE_ADDR": "10.1.1.1"}
    )
    assert "Strict-Transport-Security" not in page.headers


def test_behind_a_trusted_proxy_each_client_counts_alone(limited):
    client = limited(rate_per_address="2/minute", trusted_proxies=1)
    for address in ("10.0.0.1", "10.0.0.2"):
        headers = {"X-Forwarded-For": address, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "localhost"}
        answers = [client.get("/v1/me", headers=headers) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [401, 401, 429]
        assert answers[0].headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_clock_that_went_back_does_not_lock_out():
    counts = ProcessStorage()
    with time_machine.travel("2026-12-01T08:00:00+08:00", tick=False) as clock:
        assert counts.incr("k", 60) == 1
        clock.shift(-86_400)
        assert counts.incr("k", 60) == 1


def test_what_is_over_is_forgotten(monkeypatch):
    monkeypatch.setattr("api.rate_storage.MOST_KEPT", 10)
    counts = ProcessStorage()
    with time_machine.travel("2026-12-01T08:00:00+08:00", tick=False) as clock:
        for number in range(10):
            counts.incr(f"old{number}", 60)
        clock.shift(61)
        counts.incr("new", 60)
        counts.incr("newer", 60)
        assert counts.reset() == 2
