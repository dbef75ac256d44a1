"""What the product knows after the import is what the exports say, to the last dollar."""

import pytest

from api.sample import write_sample
from tests.promises.product_run import import_sample
from tests.sample import plain_reading as reading


def test_sums_survive_import_and_store(tmp_path):
    truth = write_sample(tmp_path, 5, weeks=6)
    facts = import_sample(truth, tmp_path).facts
    exports = tmp_path / "exports"
    google = ("Cost", "Impr.", "Clicks", "Conversions", "Conv. value")
    stated = {
        ("google_ads", "campaign"): (reading.google(exports / "google-ads-campaigns.csv")[0], google),
        ("google_ads", "ad"): (reading.google(exports / "google-ads-ads-excel.csv")[0], google),
        ("meta", "ad"): (
            reading.meta(exports / "meta-ads.csv")[0],
            ("花費金額 (TWD)", "曝光次數", "點擊次數（全部）", "購買次數", "購買轉換值"),
        ),
        ("line", "ad"): (reading.line(exports), ("cost", "impressions", "clicks", "cv")),
    }
    metrics = ["spend", "impressions", "clicks", "conversions", "conversions_value"]
    known = facts.groupby(["platform", "grain"])[metrics].sum()
    assert set(known.index) == set(stated)
    for key, (rows, fields) in stated.items():
        for metric, value in zip(metrics, reading.sums(rows, None, *fields)[""], strict=False):
            assert known.loc[key, metric] == pytest.approx(float(value), abs=0.005), (key, metric)
