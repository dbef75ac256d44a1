"""``adcue laws`` tells of the laws on file; ``adcue rules learn`` turns a reviewer's decision into a proposal."""

from __future__ import annotations

import json

import yaml

from compliance.lawbook import lawbook


def test_laws_are_listed_with_their_certainty(adcue):
    code, out, _ = adcue("laws")
    assert code == 0 and all(name in out for name in lawbook())
    assert "二手來源" in out and "不能取代法務或律師" in out


def test_a_law_is_told_as_of_a_day(adcue):
    code, out, _ = adcue("laws", "cosmetics", "--on", "2031-01-01")
    assert code == 0 and "cosmetics.10.2" in out and "罰鍰 60 萬至 500 萬元" in out and "已經過期" in out
    told = json.loads(adcue("laws", "cosmetics", "--on", "2017-01-01", "--json")[1])["items"]
    assert [one["id"] for one in told] == ["cosmetics"]
    assert {article["certainty"] for article in told[0]["articles"]} == {"unverified"}


def test_a_law_that_is_not_on_file_is_told_with_the_nearest(adcue):
    code, _, err = adcue("laws", "food_safe")
    assert code == 2 and "food_safety" in err


def test_a_decision_about_a_kept_check_becomes_a_proposal(adcue, tmp_path):
    copy = tmp_path / "copy.jsonl"
    copy.write_text(json.dumps({"row_id": "a", "text": "每天一包，遠離痛風", "product": "food"}, ensure_ascii=False))
    check = json.loads(adcue("copy-check", str(copy), "--json")[1])["short_id"]
    asked = ["--rule", "food.disease", "--must", "pass", "--reason", "這是書名"]
    code, out, _ = adcue("rules", "learn", check, "a", *asked)
    assert code == 0 and yaml.safe_load(out) == {"examples": {"pass": ["每天一包，遠離痛風"]}}
    told = json.loads(adcue("rules", "learn", check, "a", *asked, "--json")[1])
    assert (told["pack"], told["strikes"], told["agrees"]) == ("food", True, False)
    code, _, err = adcue("rules", "learn", check, "b", *asked)
    assert code == 2 and "沒有列「b」" in err
    code, _, err = adcue("rules", "learn", check, "a", "--rule", "food.disease", "--must", "hide", "--reason", "x")
    assert code == 2 and "flag, pass" in err
