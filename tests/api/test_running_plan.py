"""The plan that was approved and runs is told to the rules of a night: pace, and whether more may be spent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from api.services.night_context import context_of
from api.services.night_stages import JudgeDelivery, ReadAccount
from api.services.night_state import NightState
from engine.messages import LANGUAGES
from tests.api.lean_nights import make_lean

pytestmark = pytest.mark.usefixtures("filled_dir")

AS_OF = date(2026, 11, 16)
START, END = date(2026, 11, 2), date(2026, 11, 29)
CHANNELS = (
    "google_ads/Demand Gen", "google_ads/Search", "google_ads/Video", "line/WEBSITE_CONVERSION",
    "meta/OUTCOME_SALES", "meta/OUTCOME_TRAFFIC",
)  # fmt: skip


def _put(account, spend, start=START, end=END, channels=CHANNELS, **more):
    """A proposal of two parts, as far as it is read here; ``spend`` of each channel."""
    middle = start + (end - start) // 2
    parts = [(start, middle, 0.75), (middle + timedelta(days=1), end, 0.25)]
    document = {
        "currency": "TWD",
        "period": {"start": start.isoformat(), "end": end.isoformat()},
        "channels": [{"channel": name, "spend": spend} for name in channels],
        "weeks": [
            {"channel": name, "week_start": first.isoformat(), "week_end": last.isoformat(), "spend": spend * share}
            for name in channels
            for first, last, share in parts
        ],
    } | more
    return account.put("proposal", dict.fromkeys(LANGUAGES, document), {"of": [spend, start, channels, more]})


def _plan(account, on=AS_OF):
    snapshot = account.snapshot(known_on=on, end=on)
    return {(one.channel, one.start): one.spend for one in context_of(account, on, snapshot).given.plan}


def test_the_plan_approved_last_that_runs_is_told_once_it_is_approved(account, mei):
    first, waiting = _put(account, 1000.0), _put(account, 9000.0)
    assert _plan(account) == {}
    with time_machine.travel(AS_OF - timedelta(days=3)):
        mei.decide("proposal", first.id, "approved")
    middle = START + (END - START) // 2 + timedelta(days=1)
    assert _plan(account) == {(name, at): part for name in CHANNELS for at, part in ((START, 750), (middle, 250))}
    assert _plan(account, AS_OF - timedelta(days=4)) == {}  # not known then
    with time_machine.travel(AS_OF - timedelta(days=2)):
        mei.decide("proposal", waiting.id, "approved")
    assert _plan(account)["line/WEBSITE_CONVERSION", START] == 6750
    assert _plan(account, AS_OF + timedelta(days=15)) == {}  # over


def test_a_platform_that_is_planned_in_part_or_in_other_money_is_left_out(account, mei):
    partly = _put(account, 1000.0, channels=("meta/OUTCOME_SALES", "line/WEBSITE_CONVERSION"))
    with time_machine.travel(AS_OF - timedelta(days=1)):
        mei.decide("proposal", partly.id, "approved")
        assert {name for name, _ in _plan(account)} == {"line/WEBSITE_CONVERSION"}
        mei.decide("proposal", _put(account, 1000.0, currency="USD").id, "approved")
    assert {name for name, _ in _plan(account)} == {"line/WEBSITE_CONVERSION"}


def test_a_night_says_that_spending_is_behind_the_approved_plan(account, mei, monkeypatch):
    make_lean(monkeypatch, "under_pacing")
    with time_machine.travel(AS_OF - timedelta(days=1)):
        mei.decide("proposal", _put(account, 50_000_000.0).id, "approved")
    said = JudgeDelivery().run(ReadAccount().run(NightState(account, AS_OF, dry_run=True))).judgement
    assert {one.subject.platform for one in said.recommendations} == {"google_ads", "line", "meta"}
    assert {one.rule.name for one in said.recommendations} == {"under_pacing"}
