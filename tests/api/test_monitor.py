"""From a platform's own file, a registry and looks at pages through the night to alerts with their evidence."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from api.services.entity_states import mark_states
from api.services.landing_pages import Prober
from api.services.monitor import MonitorDelivery, unmatched
from api.services.night_stages import JudgeDelivery, ReadAccount
from api.services.night_state import NightState
from api.services.page_fetch import Answer
from api.services.registry import Registered, set_registry
from api.state_files import read_states
from api.wiring import NIGHT
from engine.pipeline import run_stages
from engine.settings import settings
from engine.store.probes import Look

pytestmark = pytest.mark.usefixtures("filled_dir")

AS_OF = date(2026, 11, 16)
MORNING = datetime(2026, 11, 15, 20, tzinfo=UTC)  # four in the morning of AS_OF in Taipei
DEAD = "https://dead.example/offer"
HEADERS = (
    "Campaign ID", "Campaign Name", "Campaign Status", "Ad Set ID", "Ad Set Name", "Ad Set Run Status", "Ad ID",
    "Ad Name", "Ad Status", "Link",
)  # fmt: skip


@pytest.fixture
def ads(account):
    """Two Meta ads of the account that ran on its last day, as the export of performance has them."""
    facts = account.snapshot(known_on=AS_OF, end=AS_OF).facts
    rows = facts[(facts["platform"] == "meta") & (facts["grain"] == "ad") & (facts["impressions"] > 0)]
    rows = rows[rows["date_day"] == rows["date_day"].max()]
    return rows.drop_duplicates("ad_name").head(2).to_dict("records")


def told(ad, status, link):
    campaign = (f"cg:{ad['campaign_id']}" if ad["campaign_id"] else "", ad["campaign_name"], "ACTIVE")
    group = (f"c:{ad['ad_group_id']}" if ad["ad_group_id"] else "", ad["ad_group_name"], "ACTIVE")
    return (*campaign, *group, f"a:{ad['ad_id']}" if ad["ad_id"] else "", ad["ad_name"], status, link)


def take_in(account, tmp_path, rows):
    path = tmp_path / "states.csv"
    with path.open("w", encoding="utf-16", newline="") as file:
        csv.writer(file, delimiter="\t").writerows([HEADERS, *rows])
    mark_states(account, read_states(path), AS_OF, "export")


def judged(account):
    """The recommendations of a morning by rule, and the state they came from."""
    stages = [ReadAccount(), MonitorDelivery(), JudgeDelivery()]
    state = run_stages(stages, NightState(account, AS_OF, False))[0]
    said = {}
    for one in state.judgement.recommendations:
        said.setdefault(one.rule.name, []).append(one)
    return said, state


def test_a_disapproved_ad_a_dead_page_and_an_account_at_its_end_are_alerts(account, ads, tmp_path):
    take_in(account, tmp_path, [told(ads[0], "DISAPPROVED", "https://a.example/"), told(ads[1], "ACTIVE", DEAD)])
    account.probes.keep([Look(DEAD, MORNING + timedelta(minutes=at), False, 503, "http_error") for at in (0, 10)])
    line = Registered("line", monthly_budget=Decimal(1))
    meta = Registered("meta", "", Decimal(100), AS_OF - timedelta(days=3), None, AS_OF + timedelta(days=10), None)
    set_registry(account, [meta, line, Registered("tiktok", "none", monthly_budget=Decimal(1))], AS_OF)
    said, state = judged(account)
    assert [one.subject.name for one in said["disapproved"]] == [ads[0]["ad_name"]]
    assert [one.subject.name for one in said["broken_link"]] == [ads[1]["ad_name"]]
    for rule, platform in (("credit_low", "meta"), ("token_expiring", "meta"), ("budget_used_up", "line")):
        assert [one.subject.platform for one in said[rule]] == [platform], rule
    for rule in ("disapproved", "broken_link", "credit_low", "token_expiring", "budget_used_up"):
        (one,) = said[rule]
        (condition,) = one.evidence["conditions"]
        assert (one.action, one.decision, condition["met"]) == ("alert", "kept", True)
    assert said["broken_link"][0].evidence["told"] == {
        "final_url": DEAD,
        "page_code": "503",
        "page_reason": "http_error",
        "page_seen": "2026-11-16T04:10+08:00",
    }
    assert said["disapproved"][0].evidence["told"] == {"review": "disapproved", "final_url": "https://a.example/"}
    assert said["token_expiring"][0].evidence["told"]["token_expires_on"] == "2026-11-26"
    used = said["budget_used_up"][0].evidence["conditions"][0]
    assert used["numerator"]["metric"] == "month_spend" and used["numerator"]["value"] > 1
    assert used["denominator"] == {"metric": "monthly_budget", "value": 1}
    assert [one.values["platform"] for one in state.notices if one.id == "api.night.registry_unmatched"] == ["tiktok"]


def test_nothing_told_is_no_alert_and_says_what_is_missing(account):
    said, state = judged(account)
    rules = {"disapproved", "broken_link", "credit_low", "token_expiring", "budget_used_up"}
    assert not rules & set(said)
    assert rules <= {one.rule for one in state.judgement.no_data}


def test_pages_are_only_looked_at_on_the_morning_itself_and_where_it_is_allowed(account, ads, tmp_path, monkeypatch):
    take_in(account, tmp_path, [told(ads[0], "ACTIVE", DEAD)])
    asked, clock = [], [MORNING]

    def ask(url):
        asked.append(url)
        return Answer(False, 503, "http_error")

    def wait(seconds):
        clock[0] += timedelta(seconds=seconds)

    prober = Prober(ask, lambda: clock[0], wait)

    def look(on=AS_OF, **more):
        monkeypatch.setattr("api.services.monitor.today", lambda: on)
        stages = [ReadAccount(), MonitorDelivery(prober=prober)]
        return run_stages(stages, NightState(account, AS_OF, **({"dry_run": False} | more)))[0].context.given.states

    look()
    monkeypatch.setenv("ADCUE_PROBE_PAGES", "true")
    settings.cache_clear()
    look(replay=True)
    look(dry_run=True)
    look(on=AS_OF + timedelta(days=1))
    assert asked == []
    assert look().set_index("name").at[ads[0]["ad_name"], "link_failures"] == 2
    assert asked == [DEAD, DEAD]
    replayed = look(replay=True).set_index("name")
    assert replayed.at[ads[0]["ad_name"], "link_failures"] == 2, "a replay reads what was seen by then"
    assert asked == [DEAD, DEAD]


def test_a_night_monitors_between_reading_and_judging():
    names = [stage.name for stage in NIGHT]
    assert names.index("pick_up") < names.index("monitor") < names.index("rules")


def test_an_entry_without_an_id_is_every_account_of_its_platform(account):
    facts = account.snapshot(known_on=AS_OF, end=AS_OF).facts
    entry = Registered("meta", monthly_budget=Decimal(1))
    assert unmatched([entry], facts) == []
    assert len(unmatched([replace(entry, account_id="nobody"), replace(entry, platform="nowhere")], facts)) == 2
