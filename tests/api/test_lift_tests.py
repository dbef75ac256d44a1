"""Lift tests are handed in by file, body and table; they calibrate the curves, name them anew, and are told."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from api.cli.app import run
from api.lift_files import read_lift_tests
from api.services.budget_frontier import frontier_of_proposal, frontier_of_request
from api.services.plan_request import ProposalRequest
from api.services.proposals import make_proposal
from api.services.verifying import verify_proposal
from engine.errors import FileFaults, InputError
from engine.messages import render

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "lift-tests.csv"
CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/cases/lift_files.yaml").read_text(encoding="utf-8"))
SALES, SEARCH = "meta/OUTCOME_SALES", "google_ads/Search"
TEST = {
    "channel": SALES, "start": "2026-09-07", "end": "2026-10-04", "spend": 570000,
    "lift": 900, "low": 740, "high": 1060, "coverage": 0.9,
}  # fmt: skip
CALIBRATED = "optimizer.fit.calibrated"


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "studies.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_every_fault_of_a_file_is_told_at_once_with_row_and_column(tmp_path, case):
    path = table(tmp_path, case["text"])
    if "tests" in case:
        assert len(read_lift_tests(path)) == case["tests"]
        return
    with pytest.raises(FileFaults) as caught:
        read_lift_tests(path)
    found = [[fault.row, fault.column, fault.message.id] for fault in caught.value.faults]
    assert sorted(found, key=str) == sorted(case["told"], key=str)
    for fault in caught.value.faults:
        assert render(fault.message, "zh-TW") != render(fault.message, "en")


def test_a_workbook_and_a_body_say_the_same(tmp_path):
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(TABLE.read_text(encoding="utf-8"))):
        book.active.append(row)
    book.save(tmp_path / "studies.xlsx")
    assert read_lift_tests(tmp_path / "studies.xlsx") == read_lift_tests(TABLE)
    first = read_lift_tests(TABLE)[0]
    assert {name: float(first[name]) for name in ("spend", "lift", "low", "high", "coverage")} == {
        name: TEST[name] for name in ("spend", "lift", "low", "high", "coverage")
    }


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError) as caught:
        read_lift_tests(tmp_path / "none.csv")
    assert caught.value.code == "api.value.no_file"


def planned(store, plan, *tests: dict[str, Any], **more: Any):
    request = ProposalRequest.from_dict({**plan, **more, "lift_tests": [dict(test) for test in tests]})
    return make_proposal(store.account("default", "test"), request)


def test_a_test_changes_the_curves_and_the_same_tests_give_the_same_plan(filled_dir, store, plan):
    other = {**TEST, "channel": SEARCH, "lift": 300, "low": 200, "high": 400}
    plain, moved, again = planned(store, plan), planned(store, plan, TEST), planned(store, plan, TEST)
    both, turned = planned(store, plan, TEST, other), planned(store, plan, other, TEST)
    assert moved.id == again.id and planned(store, plan).id == plain.id
    hashes = [one.document["en"]["curves_hash"] for one in (plain, moved, both)]
    assert len(set(hashes)) == 3 and turned.document["en"]["curves_hash"] == hashes[2]
    spend = [
        {one["channel"]: one["spend"] for one in stored.document["en"]["channels"]}[SALES] for stored in (plain, moved)
    ]
    assert spend[1] < 0.9 * spend[0]  # the sample's platform takes more credit than the study leaves it
    assert "calibrated" not in plain.document["en"] and "lift_tests" not in plain.document["en"]["request"]
    for language, words in (("zh-TW", ("Meta 銷售", "1 個增量測試")), ("en", ("Meta Sales", "1 lift test"))):
        (told,) = moved.document[language]["calibrated"]
        assert told["code"] == CALIBRATED and all(word in told["text"] for word in words)
        assert CALIBRATED not in {one["code"] for one in moved.document[language]["warnings"]}


def test_a_calibrated_proposal_is_verified_and_its_frontier_is_on_its_curves(filled_dir, store, plan):
    account = store.account("default", "test")
    stored = planned(store, plan, TEST)
    assert verify_proposal(account, stored.id).holds
    name = stored.document["en"]["curves_hash"]
    assert frontier_of_proposal(account, stored.id, "en", 3, 0.5, 1.5)["curves_hash"] == name
    request = ProposalRequest.from_dict(stored.document["en"]["request"])
    assert frontier_of_request(account, request, "en", 3, 0.5, 1.5)["curves_hash"] == name


def test_each_result_is_calibrated_by_its_own_tests(filled_dir, store, plan):
    clicks = {**TEST, "result": "clicks", "lift": 9000, "low": 7000, "high": 11000}
    weights = {"conversions": 1, "clicks": "0.01"}
    two = planned(store, plan, TEST, clicks, weights=weights).document["zh-TW"]
    assert [one["text"].partition("）")[0] for one in two["calibrated"]] == [
        "通路「Meta 銷售」的曲線（點擊次數",
        "通路「Meta 銷售」的曲線（轉換",
    ]
    alone = planned(store, plan, clicks).document
    assert "calibrated" not in alone["en"]
    (note,) = (one for one in alone["en"]["warnings"] if one["code"] == "api.proposal.lift_unused")
    assert "Meta Sales" in note["text"] and "2026-09-07" in note["text"]
    assert alone["en"]["curves_hash"] == planned(store, plan).document["en"]["curves_hash"]


def test_reach_is_calibrated_too(filled_dir, store, plan):
    found = planned(store, plan, {**TEST, "lift": 900_000, "low": 800_000, "high": 1_000_000}, result="reach")
    assert [one["code"] for one in found.document["en"]["calibrated"]] == [CALIBRATED]


def test_the_body_takes_them_and_answers_with_what_they_did(filled_dir, client, key, plan):
    answer = client.post(
        "/v1/proposals", json=plan | {"lift_tests": [TEST | {"source": "Conversion Lift"}]}, headers=key()
    )
    assert answer.status_code == 201, answer.get_data(as_text=True)
    (asked,) = answer.json["request"]["lift_tests"]
    assert asked == {
        "channel": SALES, "start": "2026-09-07", "end": "2026-10-04", "spend": "570000", "lift": "900",
        "low": "740", "high": "1060", "coverage": "0.9", "source": "Conversion Lift",
    }  # fmt: skip
    assert [one["code"] for one in answer.json["calibrated"]] == [CALIBRATED]


def test_every_fault_of_a_body_is_told_at_once(filled_dir, client, key, plan):
    header = key() | {"Accept-Language": "en"}
    fields = {"spend": -1, "lift": "NaN", "standard_error": 0, "level": 90, "currency": "NT$", "surprise": 1}
    answer = client.post("/v1/proposals", json=plan | {"lift_tests": [TEST | fields, {}]}, headers=header)
    assert answer.status_code == 422
    places = {one["field"] for one in answer.json["errors"]}
    assert places >= {f"lift_tests.0.{name}" for name in fields} | {"lift_tests.1.channel", "lift_tests.1.lift"}
    wrong = [
        TEST | {"channel": "nobody"},
        TEST | {"start": "2026-10-05", "currency": "USD"},
        TEST | {"lift": 2000, "spend": 0},
        TEST | {"channel": SEARCH, "low": None},
        TEST,
    ]
    answer = client.post("/v1/proposals", json=plan | {"lift_tests": wrong, "budget": 10**8}, headers=header)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    told = " ".join(one["detail"] for one in answer.json["errors"])
    for words in ("lift test 1 (nobody", "ends on 2026-10-04", "US$570,000", "outside its range", "days with number 3",
                  "lift test 4 (Google Search from 2026-09-07)", "spend is NT$0"):  # fmt: skip
        assert words in told, (words, told)


def test_the_command_takes_a_plan_and_a_table_together(filled_dir, tmp_path, capsys):
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        "budget: 120萬\nstart: 2026-11-16\nend: 2026-12-13\nlift_tests:\n"
        "  - {channel: Google 搜尋, start: 2026-09-07, end: 2026-10-04, spend: 40萬, lift: 300, low: '-1,000', "
        "high: 1600}\n",
        encoding="utf-8",
    )
    asked = ["propose", "--plan", str(plan), "--lift-tests", str(TABLE)]
    assert run([*asked, "--json"]) == 0, capsys.readouterr().err
    told = json.loads(capsys.readouterr().out)
    tests = told["request"]["lift_tests"]
    assert [one["channel"] for one in tests] == [SEARCH, SALES, "google_ads/Demand Gen"]
    assert tests[0]["low"] == "-1000" and len(told["calibrated"]) == 3
    assert run(asked) == 0
    assert "已依1個增量測試校準" in "".join(capsys.readouterr().out.split())
    bad = table(tmp_path, "channel,start,end,spend,lift,standard_error\na,2026-10-04,2026-09-07,1,2,3\n")
    assert run(["propose", "--plan", str(plan), "--lift-tests", str(bad)]) != 0
    assert "studies.csv:2 [start]" in capsys.readouterr().err


def test_the_page_of_a_proposal_tells_it_in_its_proof(filled_dir, logged_in, store, plan):
    stored = planned(store, plan, TEST)
    page = logged_in().get(f"/?proposal={stored.short_id}").get_data(as_text=True)
    proof = page.partition('<details class="proof"><summary>')[2].partition("</details>")[0]
    assert "增量測試校準" in proof and "通路「Meta 銷售」的曲線" in proof
