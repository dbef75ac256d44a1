"""Which pages are looked at, what counts as failing in a row, and when a look says nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from api.services.landing_pages import Prober, failures_in_a_row, look_at, pages_of, pages_seen, probe_pages
from api.services.page_fetch import Answer
from engine.settings import settings
from engine.store.probes import Look
from engine.store.states import StateRow

NOON = datetime(2026, 11, 16, 4, tzinfo=UTC)
OPENS, FAILS, UNKNOWN = Answer(True, 200, "ok"), Answer(False, 500, "http_error"), Answer(None, 429, "asked_too_often")
AWAY = Answer(False, None, "no_connection")


class Shops:
    """Pages that answer as a test says, and a clock that only moves when somebody waits."""

    def __init__(self, *answers: dict[str, Answer]) -> None:
        self.rounds, self.clock, self.asked, self.waited = list(answers), NOON, [], []

    def ask(self, url: str) -> Answer:
        self.asked.append(url)
        return self.rounds[min(len(self.waited), len(self.rounds) - 1)].get(url, OPENS)

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.clock += timedelta(seconds=seconds)

    @property
    def prober(self) -> Prober:
        return Prober(self.ask, lambda: self.clock, self.wait)


def states(account, *urls, **more):
    rows = [
        StateRow("meta", "ad", f"ad {number}", "active", str(number), final_url=url, **more)
        for number, url in enumerate(urls)
    ]
    account.states.mark(rows, NOON.date(), "export")
    return account.states.known(NOON.date())


def link_failures(account, on):
    return {url: seen.failures for url, seen in pages_seen(account, on).items()}


@pytest.mark.parametrize(
    ("looks", "failures"),
    [
        ([], 0),
        ([(0, False)], 1),
        ([(0, False), (9, False)], 1),
        ([(0, False), (9, False), (10, False)], 2),
        ([(0, False), (10, False), (20, True)], 0),
        ([(0, False), (10, True), (20, False)], 1),
        ([(0, False), (5, None), (30, False), (1500, False)], 3),
        ([(0, None), (20, None)], 0),
    ],
)
def test_failures_count_ten_minutes_apart_until_a_success(looks, failures):
    assert failures_in_a_row([Look("u", NOON + timedelta(minutes=at), ok, None, "") for at, ok in looks]) == failures


def test_pages_of_active_ads_are_looked_at_once_each(account):
    known = states(account, "https://a.example/#top", " https://a.example/ ", "https://b.example/?q=1", "")
    assert pages_of(known) == ["https://a.example/", "https://b.example/?q=1"]
    account.states.mark(
        [StateRow("meta", "ad", "ad 2", "paused", "2", final_url="https://b.example/?q=1")], NOON.date(), "export"
    )
    assert pages_of(account.states.known(NOON.date())) == ["https://a.example/"]


def test_a_page_that_failed_is_looked_at_again_after_ten_minutes(account):
    known = states(account, "https://a.example/", "https://b.example/", "https://c.example/")
    shops = Shops({"https://a.example/": FAILS, "https://b.example/": FAILS}, {"https://a.example/": FAILS})
    done = probe_pages(account, known, shops.prober)
    assert (done.pages, done.failed, done.left) == (3, 1, 0)
    assert shops.waited == [600.0]
    assert sorted(shops.asked[3:]) == ["https://a.example/", "https://b.example/"]
    assert link_failures(account, date(2026, 11, 16)) == {
        "https://a.example/": 2, "https://b.example/": 0, "https://c.example/": 0,
    }  # fmt: skip


def test_the_second_look_may_be_another_runs(account, monkeypatch):
    monkeypatch.setenv("ADCUE_PROBE_WAIT", "false")
    settings.cache_clear()
    known = states(account, "https://a.example/")
    shops = Shops({"https://a.example/": FAILS})
    probe_pages(account, known, shops.prober)
    assert link_failures(account, date(2026, 11, 16)) == {"https://a.example/": 1}
    shops.clock += timedelta(days=1)
    probe_pages(account, known, shops.prober)
    assert shops.waited == []
    assert [link_failures(account, date(2026, 11, day))["https://a.example/"] for day in (16, 17, 23)] == [1, 2, 1]
    assert link_failures(account, date(2026, 11, 15)) == link_failures(account, date(2026, 11, 24)) == {}


def test_what_is_known_to_fail_is_not_waited_for(account):
    known = states(account, "https://a.example/")
    shops = Shops({"https://a.example/": FAILS})
    probe_pages(account, known, shops.prober)
    shops.clock += timedelta(hours=1)
    probe_pages(account, known, shops.prober)
    assert len(shops.waited) == 1
    assert link_failures(account, date(2026, 11, 16)) == {"https://a.example/": 3}


def test_those_not_looked_at_longest_come_first(account, monkeypatch):
    monkeypatch.setenv("ADCUE_PROBE_MOST", "2")
    settings.cache_clear()
    known = states(account, *(f"https://{name}.example/" for name in "abc"))
    shops = Shops({})
    assert probe_pages(account, known, shops.prober).left == 1
    shops.clock += timedelta(hours=1)
    probe_pages(account, known, shops.prober)
    assert sorted(shops.asked) == [f"https://{name}.example/" for name in "aabc"]


def test_where_every_host_is_away_it_is_our_own_line(account):
    urls = [f"https://{name}.example/" for name in "abc"]
    down = look_at(urls, Shops(dict.fromkeys(urls, AWAY)).prober)
    assert {(look.ok, look.reason) for look in down} == {(None, "own_line")}
    assert [look.ok for look in look_at(urls, Shops(dict.fromkeys(urls[:2], AWAY)).prober)] == [False, False, True]
    assert [look.ok for look in look_at(urls[:2], Shops(dict.fromkeys(urls, AWAY)).prober)] == [False, False]
    assert look_at(urls[:1], Shops({urls[0]: UNKNOWN}).prober)[0].ok is None


def test_no_look_at_all_says_nothing_of_a_page(account):
    states(account, "https://a.example/")
    account.probes.keep([Look("https://a.example/", NOON, None, 429, "asked_too_often")])
    assert link_failures(account, date(2026, 11, 16)) == {}
