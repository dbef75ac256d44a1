"""What every export said of a day's conversions is told as it was received, one kind of export per platform account."""

from __future__ import annotations

from datetime import date, timedelta

from engine.store.account import AccountStore
from rules.reporting_lag import estimate_lag
from tests.store.readings import reading, row

START = date(2025, 1, 1)


def _told(account: AccountStore, known_on: date, days: int = 90) -> dict[tuple[str, str], float]:
    frame = account.receipts(known_on, days)
    keys = zip(frame["date_day"].dt.strftime("%m-%d"), frame["seen_on"].dt.strftime("%m-%d"), strict=True)
    return dict(zip(keys, frame["conversions"], strict=True))


def _day(number: int, **more: int) -> list[dict[str, object]]:
    """Two campaigns on one January day."""
    at = START + timedelta(days=number - 1)
    return [row(name, at, 10, conversions=float(count)) for name, count in more.items()]


def test_a_day_grows_from_export_to_export(account: AccountStore) -> None:
    account.record_import(reading(*_day(1, A=2, B=1), sha256="one"), date(2025, 1, 2))
    account.record_import(reading(*_day(1, A=3, B=1), *_day(2, A=5), sha256="two"), date(2025, 1, 3))
    assert _told(account, date(2025, 1, 9)) == {("01-01", "01-02"): 3, ("01-01", "01-03"): 4, ("01-02", "01-03"): 5}
    assert _told(account, date(2025, 1, 2)) == {("01-01", "01-02"): 3}
    assert _told(account, date(2025, 1, 9), days=7) == {("01-02", "01-03"): 5}


def test_an_export_that_says_the_same_again_is_seen_again(account: AccountStore) -> None:
    account.record_import(reading(*_day(1, A=2), sha256="one"), date(2025, 1, 2))
    account.record_import(reading(*_day(1, A=2), *_day(2, A=1), sha256="two"), date(2025, 1, 3))
    assert _told(account, date(2025, 1, 9))[("01-01", "01-03")] == 2


def test_one_kind_of_export_counts_and_unknown_conversions_do_not(account: AccountStore) -> None:
    account.record_import(reading(*_day(1, A=2), sha256="one"), date(2025, 1, 2))
    account.record_import(reading(*_day(1, A=3), sha256="two"), date(2025, 1, 3))
    by_ad = [one | {"grain": "ad", "ad_name": "x"} for one in _day(1, A=3)]
    account.record_import(reading(*by_ad, sha256="three", grain="ad"), date(2025, 1, 4))
    account.record_import(reading(row("A", START + timedelta(days=3), 9), sha256="four"), date(2025, 1, 5))
    assert _told(account, date(2025, 1, 9)) == {("01-01", "01-02"): 2, ("01-01", "01-03"): 3}


def test_a_curve_is_estimated_from_what_came_in(account: AccountStore) -> None:
    """Every day reports 60, 90 and at last 100 conversions; the last seven days are exported every morning."""
    for sent in range(2, 21):
        days = range(max(1, sent - 7), sent)
        rows = [made for day in days for made in _day(day, A=(60, 90, 100)[min(sent - day, 3) - 1])]
        account.record_import(reading(*rows, sha256=f"file {sent}"), START + timedelta(days=sent - 1))
    curve = estimate_lag(account.receipts(START + timedelta(days=30)))["google_ads"]
    assert curve.basis == "restated" and curve.days_seen == 18
    assert abs(curve.share[1] - 0.6) < 0.05 and abs(curve.share[2] - 0.9) < 0.05  # nothing is seen past a week
    early = estimate_lag(account.receipts(START + timedelta(days=9)))["google_ads"]
    assert early.basis == "assumed"  # as it was known then, too few days had been seen twice
