"""The truth file tells the truth about the exports beside it."""

import csv
import io
import json
from collections import Counter, defaultdict
from datetime import date, timedelta

import numpy as np
import pytest

from api.sample.curves import FAMILIES
from api.sample.season import read_calendar
from tests.sample import plain_reading as reading


@pytest.fixture(scope="module")
def ads(sample) -> dict[str, dict[date, tuple[float, float, float]]]:
    """ad name -> day -> (impressions, link clicks, orders), from the exports."""
    ads = defaultdict(dict)
    exports = sample.folder / "exports"
    google, _ = reading.google(exports / "google-ads-ads-excel.csv")
    meta, _ = reading.meta(exports / "meta-ads.csv")
    named = [
        (google, ("Ad name", "Day", "Impr.", "Clicks", "Conversions")),
        (meta, ("廣告名稱", "天數", "曝光次數", "連結點擊次數", "購買次數")),
        (reading.line(exports), ("ad_name", "day", "impressions", "clicks", "cv")),
    ]
    for rows, (name, day, *fields) in named:
        for row in rows:
            values = tuple(float(reading.number(row[field])) for field in fields)
            assert date.fromisoformat(row[day]) not in ads[row[name]], "an ad has two rows for a day"
            ads[row[name]][date.fromisoformat(row[day])] = values
    return ads


def test_truth_file_is_the_returned_truth(sample):
    stored = json.loads((sample.folder / "truth.json").read_text(encoding="utf-8"))
    assert stored == json.loads(sample.truth.text())
    assert {path.name for path in (sample.folder / "exports").iterdir()} == set(stored["exports"])


def test_about_two_hundred_creatives_in_six_channels(sample, ads):
    assert 170 <= len(sample.truth.creatives) <= 235
    assert len({channel["channel"] for channel in sample.truth.channels}) == 6
    names = [creative["ad_name"] for creative in sample.truth.creatives]
    assert len(set(names)) == len(names)
    assert set(ads) == set(names)


def test_bad_creatives_are_bad_in_the_exports(sample, ads):
    bad = [creative for creative in sample.truth.creatives if creative["bad"]]
    assert 0.1 <= len(bad) / len(sample.truth.creatives) <= 0.14
    for creative in bad:
        if creative["kind"] == "no_conversion":
            assert sum(orders for _, _, orders in ads[creative["ad_name"]].values()) == 0
        else:
            assert 0.5 <= creative["ctr_ratio"] <= 0.6
    assert all(c["ctr_ratio"] >= 0.86 and c["order_ratio"] >= 0.6 for c in sample.truth.creatives if not c["bad"])


def test_enough_data_is_what_the_window_holds(sample, ads):
    last = date.fromisoformat(sample.truth.end)
    window = {last - timedelta(days=back) for back in range(28)}
    for creative in sample.truth.creatives:
        days = ads[creative["ad_name"]]
        assert creative["window_impressions"] == sum(v[0] for day, v in days.items() if day in window)
        if creative["kind"] == "low_ctr":
            enough = creative["window_impressions"] >= 1000 and creative["window_expected_clicks"] >= 70
            assert creative["enough_data"] == enough
    found = Counter(c["enough_data"] for c in sample.truth.creatives if c["bad"])
    assert found[True] >= 10


def test_silent_creatives_stop_on_the_last_day_only(sample, ads):
    last = date.fromisoformat(sample.truth.end)
    silent = [creative for creative in sample.truth.creatives if creative["silent_last_day"]]
    assert len(silent) >= 2
    for creative in silent:
        days = ads[creative["ad_name"]]
        assert days.get(last, (0, 0, 0))[0] == 0
        assert days[last - timedelta(days=1)][0] > 0 and not creative["bad"]


def test_channels_deliver_what_their_curves_promise(sample):
    """Half a year's orders lie within a fifth of the curve's own sum: noise, not another curve, is between them."""
    exports = sample.folder / "exports"
    spend: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    orders: dict[tuple[str, str], float] = defaultdict(float)
    google, _ = reading.google(exports / "google-ads-campaigns.csv")
    meta, _ = reading.meta(exports / "meta-ads.csv")
    for platform, rows, fields in [
        ("google_ads", google, ("Campaign type", "Day", "Cost", "Conversions")),
        ("meta", meta, ("目標", "天數", "花費金額 (TWD)", "購買次數")),
        ("line", reading.line(exports), ("campaign_objective", "day", "cost", "cv")),
    ]:
        kind, day, cost, result = fields
        for row in rows:
            spend[platform, row[kind]][row[day]] += float(reading.number(row[cost]))
            orders[platform, row[kind]] += float(reading.number(row[result]))
    start = date.fromisoformat(sample.truth.start)
    for channel in sample.truth.channels:
        daily = spend[channel["platform"], channel["campaign_type"]]
        demand = sample.truth.season["daily_demand"]
        weekday = sample.truth.season["weekday_demand"]
        curve, level, expected = channel["curve"], None, 0.0
        days = [(start + timedelta(days=index)).isoformat() for index in range(len(demand))]
        level = float(np.mean([daily[day] for day in days[:7]]))
        for index, day in enumerate(days):
            level = (1 - channel["carry_over_daily"]) * daily[day] + channel["carry_over_daily"] * level
            if curve["family"] == "hill":
                filled = (level / curve["half"]) ** curve["shape"]
                answer = curve["scale"] * filled / (1 + filled)
            else:
                answer = curve["scale"] * level ** curve["exponent"]
            expected += answer * demand[index] * weekday[index % 7]
        assert abs(orders[channel["platform"], channel["campaign_type"]] / expected - 1) < 0.2


def test_curves_are_concave_with_the_slope_asked_for():
    rng = np.random.default_rng(5)
    for draw in FAMILIES.values():
        for _ in range(50):
            curve = draw(rng, 20_000.0, 1 / 900)
            spends = np.linspace(200, 60_000, 600)
            answers = curve.respond(spends)
            assert (np.diff(answers) > 0).all() and (np.diff(answers, 2) < 1e-9).all()
            slope = np.diff(curve.respond(np.array([19_999.0, 20_001.0])))[0] / 2
            assert abs(slope * 900 - 1) < 1e-4


def test_copy_file_and_truth_name_the_same_rows(sample):
    raw = (sample.folder / "copy.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [row["row_id"] for row in rows] == [entry["row_id"] for entry in sample.truth.copy]
    assert [row["ad_name"] for row in rows] == [creative["ad_name"] for creative in sample.truth.creatives]
    assert all(isinstance(json.loads(row["facts"]), dict) for row in rows if row["facts"])
    illegal = [entry for entry in sample.truth.copy if entry["illegal"]]
    assert 0.08 <= len(illegal) / len(rows) <= 0.12
    assert {(entry["law"], entry["article"]) for entry in illegal} == {
        ("食品安全衛生管理法", "28"),
        ("化粧品衛生安全管理法", "10"),
    }
    assert {entry["paragraph"] for entry in illegal} == {"1", "2"}


def test_calendar_holds_lunar_new_year_before_the_holiday():
    by_name = {season["name"]: season for season in read_calendar()["seasons"]}
    before, holiday = by_name["農曆新年前"], by_name["農曆新年假期"]
    for first, eve in zip(before["dates"], holiday["dates"], strict=True):
        assert first + timedelta(days=before["days"]) <= eve + timedelta(days=3)
    assert holiday["demand"] < 1 < before["demand"]
