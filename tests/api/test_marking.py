"""A change is marked as carried out on a day that it can have been: not before its approval, nor in days to come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.dates import today
from api.services.recommendations import decide
from tests.api.advice import keep, line

ONE = line("大", 900.0)


@pytest.fixture
def approved(account, mei):
    """A pause that was approved two days ago."""
    keep(account, ONE, on=today() - timedelta(days=3))
    decide(mei, ONE["id"], "approved", "", today() - timedelta(days=2))
    return f"/v1/recommendations/{ONE['short_id']}/applied"


@pytest.mark.parametrize(("days", "told"), [(-3, "才核准"), (1, "還沒到"), (60_000, "還沒到")])
def test_a_day_that_it_cannot_have_been_is_refused_at_every_door(
    approved, account, client, person_key, adcue, days, told
):
    on = (today() + timedelta(days=days)).isoformat()
    answer = client.post(approved, headers=person_key("yu.chen"), json={"on": on})
    assert answer.status_code == 422 and told in answer.json["detail"], answer.json
    code, _, why = adcue("recommendation", "applied", ONE["short_id"], "--on", on)
    assert code == 2 and told in why
    assert account.recommendations.read(ONE["id"]).state == "approved"


@pytest.mark.parametrize("days", [-2, 0])
def test_any_day_from_the_approval_on_is_taken(approved, account, client, person_key, days):
    on = (today() + timedelta(days=days)).isoformat()
    assert client.post(approved, headers=person_key("yu.chen"), json={"on": on}).status_code == 200
    assert account.recommendations.read(ONE["id"]).steps[-1].on.isoformat() == on


def test_an_alert_needs_no_approval(account, client, person_key):
    alert = line("停", 5.0, action="alert")
    keep(account, alert, on=today())
    address = f"/v1/recommendations/{alert['short_id']}/applied"
    headers = person_key("yu.chen")
    assert client.post(address, headers=headers, json={"on": "2199-01-01"}).status_code == 422
    assert client.post(address, headers=headers, json={}).status_code == 200
