"""A rule that does not keep to the form is refused with what to write instead; the schema is current."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from engine.messages import LANGUAGES
from engine.packs import package_path
from rules.loading import RulePackError, load_rules, read_pack
from rules.schema import FILE, pack_schema

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases/rules/pack_faults.yaml").read_text(encoding="utf-8"))
SOUND = yaml.safe_load((package_path("rules") / "packs/spend_no_conv.yaml").read_text(encoding="utf-8"))


def _changed(case):
    data = copy.deepcopy(SOUND) | case.get("set", {})
    if "deep" in case:
        for _ in range(case["deep"]):
            data["when"] = {"not": data["when"]}
    if "wide" in case:
        data["when"] = {"any": [{"metric": "spend", "op": ">", "value": at} for at in range(case["wide"])]}
    if "at" in case:
        place = data
        for step in case["at"][:-1]:
            place = place[step]
        place[case["at"][-1]] = case["value"]
    return data


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_fault_says_where_and_what_to_write(case):
    with pytest.raises(RulePackError) as caught:
        read_pack(_changed(case), "spend_no_conv.yaml")
    fields = [detail.values["field"] for detail in caught.value.details]
    assert case["field"] in fields
    for language, words in case["says"].items():
        assert words in caught.value.text(language)


@pytest.mark.parametrize("level", [[{}], [["ad"]], ["ad", {"placement": 1}], {"ad": 1}, [None]])
def test_a_level_that_is_no_name_is_a_fault_of_its_own(level):
    with pytest.raises(RulePackError) as caught:
        read_pack(_changed({"set": {"level": level}}), "spend_no_conv.yaml")
    assert all(detail.values["field"].startswith("level") for detail in caught.value.details)
    assert all(caught.value.text(language) for language in LANGUAGES)


def test_all_faults_are_told_at_once():
    data = _changed({"set": {"levle": "ad", "window": {"days": 0, "end_lag_days": -1}}})
    with pytest.raises(RulePackError) as caught:
        read_pack(data, "spend_no_conv.yaml")
    assert len(caught.value.details) == 3
    assert caught.value.text("en").count("\n") == 3


def test_faults_of_sense_are_told_beside_faults_of_form():
    contrary = [{"metric": "ctr", "op": ">", "value": 40}, {"metric": "spend", "op": ">", "than": {"metric": "clicks"}}]
    data = _changed({"set": {"levle": "ad", "scope": {"platform": ["facebok"]}, "when": {"all": contrary}}})
    with pytest.raises(RulePackError) as caught:
        read_pack(data, "spend_no_conv.yaml")
    fields = [detail.values["field"] for detail in caught.value.details]
    assert fields == ["levle", "scope.platform.0", "when.all.0", "when.all.1"]


def test_the_checked_in_schema_is_current():
    assert FILE.read_text(encoding="utf-8") == pack_schema(), "run python -m rules.schema"


def test_a_planners_own_folder_is_read_like_ours(tmp_path):
    text = (package_path("rules") / "packs/spend_no_conv.yaml").read_text(encoding="utf-8")
    (tmp_path / "我們的規則.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RulePackError, match="must be the same"):
        load_rules(tmp_path)
    (tmp_path / "我們的規則.yaml").rename(tmp_path / "spend_no_conv.yaml")
    assert [pack.id for pack, _ in load_rules(tmp_path)] == ["spend_no_conv"]
