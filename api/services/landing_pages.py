"""Decides which landing pages are looked at, when they are looked at again, and what counts as failing in a row.

A page fails when it did not open twice, ten minutes apart or more, with no success between. The looks are kept, so that
the second may be another run's. Where every host fails to connect at once, it is our own line that is down.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urldefrag, urlsplit
from zoneinfo import ZoneInfo

import pandas as pd

from api.services.page_fetch import Answer, Limits, fetch
from engine.settings import settings
from engine.store.account import AccountStore
from engine.store.probes import Look

APART = timedelta(minutes=10)
REMEMBERED = timedelta(days=7)  # a page not looked at for longer is not known to fail still
AT_ONCE = 8
NOT_REACHED = frozenset({"no_address", "no_connection", "timeout"})
LEAST_HOSTS = 3  # fewer may well be down by themselves


def _over_the_network() -> Callable[[str], Answer]:
    """Asks as the settings say; the certificates to trust are read once for all pages."""
    limits = Limits(seconds=float(settings().probe_seconds))
    return lambda url: fetch(url, limits)


@dataclass(frozen=True, slots=True)
class Prober:
    """How pages are asked for, what time it is, and how one waits; tests put in their own."""

    ask: Callable[[str], Answer] = field(default_factory=_over_the_network)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    wait: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Probed:
    """How many pages were looked at, how many failed at the last look, and how many were left for another run."""

    pages: int
    failed: int
    left: int


def pages_of(states: pd.DataFrame) -> list[str]:
    """The addresses that active ads lead to, each once, without the part that only a browser reads."""
    ads = states[(states["level"] == "ad") & (states["status"] == "active") & (states["final_url"].fillna("") != "")]
    return sorted({page_of(url) for url in ads["final_url"]})


def page_of(url: str) -> str:
    """The page of an ad's address."""
    return urldefrag(url.strip()).url


def failures_in_a_row(looks: Iterable[Look]) -> int:
    """How many failures, each ten minutes or more after the one before, end a page's looks (in the order of time).

    A look that says nothing neither counts nor ends the row.
    """
    count, last = 0, None
    for look in looks:
        if look.ok:
            count, last = 0, None
        elif look.ok is False and (last is None or look.at - last >= APART):
            count, last = count + 1, look.at
    return count


@dataclass(frozen=True, slots=True)
class PageSeen:
    """What is known of one page: failures in a row, and the last look that said anything."""

    failures: int
    last: Look


def pages_seen(account: AccountStore, as_of: date) -> Mapping[str, PageSeen]:
    """Every page of which a look of the week up to the end of a day said anything; only what was known then."""
    end = datetime.combine(as_of + timedelta(days=1), datetime.min.time(), ZoneInfo(settings().timezone))
    told = _by_page(look for look in account.probes.known(end - REMEMBERED, end) if look.ok is not None)
    return {url: PageSeen(failures_in_a_row(looks), looks[-1]) for url, looks in told.items()}


def _by_page(looks: Iterable[Look]) -> dict[str, list[Look]]:
    found: dict[str, list[Look]] = {}
    for look in looks:
        found.setdefault(look.url, []).append(look)
    return found


def probe_pages(account: AccountStore, states: pd.DataFrame, prober: Prober | None = None) -> Probed:
    """Looks at the pages of active ads and keeps what was seen, at most as many as the setting says.

    Where the setting says so, pages that fail for the first time are looked at again after ten minutes.
    """
    prober = prober or Prober()
    now = prober.now()
    before = _by_last_look(account, now)
    waiting = sorted(pages_of(states), key=lambda url: (before.get(url, datetime.min.replace(tzinfo=UTC)), url))
    chosen = waiting[: settings().probe_most]
    looks = look_at(chosen, prober)
    account.probes.keep(looks)
    if settings().probe_wait and any(look.ok is False for look in looks):
        looks = _again(account, looks, prober)
    return Probed(len(chosen), sum(look.ok is False for look in looks), len(waiting) - len(chosen))


def _by_last_look(account: AccountStore, now: datetime) -> dict[str, datetime]:
    return {look.url: look.at for look in account.probes.known(now - REMEMBERED, now)}


def _again(account: AccountStore, looks: Sequence[Look], prober: Prober) -> list[Look]:
    """The looks with a second one at those that failed and were not yet known to fail."""
    now = prober.now()
    row = _by_page(account.probes.known(now - REMEMBERED, now + timedelta(seconds=1)))
    failed = [look for look in looks if look.ok is False and failures_in_a_row(row.get(look.url, [])) < 2]
    if not failed:
        return list(looks)
    due = max(look.at for look in failed) + APART
    prober.wait(max(0.0, (due - prober.now()).total_seconds()))
    second = {look.url: look for look in look_at([look.url for look in failed], prober)}
    account.probes.keep(list(second.values()))
    return [second.get(look.url, look) for look in looks]


def look_at(urls: Sequence[str], prober: Prober) -> list[Look]:
    """One look at each page, several at once; where all hosts fail to connect nothing is said of any of them."""

    def one(url: str) -> Look:
        answer = prober.ask(url)
        return Look(url, prober.now(), answer.ok, answer.code, answer.reason)

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pages") as pool:
        looks = list(pool.map(one, urls))
    hosts = {urlsplit(look.url).hostname for look in looks}
    if len(hosts) >= LEAST_HOSTS and all(look.ok is False and look.reason in NOT_REACHED for look in looks):
        return [Look(look.url, look.at, None, look.code, "own_line") for look in looks]
    return looks
