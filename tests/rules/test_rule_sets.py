"""A set of rules is refused where one of them could never have its way beside its opposite."""

from __future__ import annotations

import copy

import pytest
import yaml

from engine.messages import render
from engine.packs import package_path
from rules.loading import read_pack, shipped_packs
from rules.rule_sets import set_faults, set_notes

SOUND = yaml.safe_load((package_path("rules") / "packs/cpa_over.yaml").read_text(encoding="utf-8"))


def _rule(name, action, when, **more):
    data = copy.deepcopy(SOUND) | {"id": name, "action": {"type": action}, "when": when, "evidence": {}} | more
    return read_pack(data, f"{name}.yaml")


DEAR = {"metric": "cpa", "op": ">", "value": 500}
VERY_DEAR = {"metric": "cpa", "op": ">", "value": 900}
MIDDLING = {"metric": "cpa", "op": "between", "value": [300, 600]}
CHEAP = {"metric": "cpa", "op": "<", "value": 300}
RARE = {"metric": "clicks", "op": "<", "value": 50}


def _faults(*loaded):
    return set_faults([pack for pack, _ in loaded])


def test_the_shipped_rules_go_together():
    assert _faults(*shipped_packs()) == []


@pytest.mark.parametrize(
    ("one", "other"), [("cut_bid", "raise_bid"), ("shift_out", "shift_in"), ("pause", "raise_budget")]
)
def test_a_rule_that_always_meets_its_opposite_is_told(one, other):
    (fault,) = _faults(_rule("narrow", one, VERY_DEAR), _rule("wide", other, DEAR))
    assert fault.values["rule"] == "narrow" and fault.values["other"] == "wide"
    assert "narrow the conditions" in render(fault, "en") and "相反的動作" in render(fault, "zh-TW")


def test_opposites_about_the_same_number_that_overlap_are_told():
    (fault,) = _faults(_rule("cut", "cut_bid", DEAR), _rule("more", "raise_bid", MIDDLING))
    assert fault.id == "rules.pack.opposed"


def test_opposites_that_need_not_meet_are_left_to_the_night():
    assert not _faults(_rule("cut", "cut_bid", DEAR), _rule("more", "raise_bid", CHEAP))
    assert not _faults(_rule("cut", "cut_bid", DEAR), _rule("less", "cut_budget", VERY_DEAR))
    elsewhere = {"platform": ["line"]}, {"platform": ["meta"]}
    assert not _faults(
        _rule("cut", "cut_bid", DEAR, scope=elsewhere[0]), _rule("more", "raise_bid", DEAR, scope=elsewhere[1])
    )
    named = {"name_contains": ["春節特賣"]}, {"name_not_contains": ["春節"]}
    assert not _faults(_rule("cut", "cut_bid", DEAR, scope=named[0]), _rule("more", "raise_bid", DEAR, scope=named[1]))
    assert not _faults(_rule("cut", "cut_bid", DEAR), _rule("more", "raise_bid", DEAR, mode="off"))


def test_opposites_that_may_meet_are_a_note():
    packs = [pack for pack, _ in (_rule("cut", "cut_bid", DEAR), _rule("more", "raise_bid", RARE))]
    assert set_faults(packs) == []
    (note,) = set_notes(packs, "more")
    assert "may meet" in render(note, "en") and note.values["other"] == "cut"
    assert set_notes(packs, "another") == []


def test_an_id_used_twice_and_a_rule_written_twice_are_told():
    (twice,) = _faults(_rule("cut", "cut_bid", DEAR), _rule("cut", "cut_bid", VERY_DEAR))
    assert (twice.id, twice.values["rule"]) == ("rules.pack.id_twice", "cut")
    faults = set_faults([pack for pack, _ in (_rule("one", "cut_bid", DEAR), _rule("two", "cut_bid", DEAR))], "two")
    assert [(fault.id, fault.values["rule"]) for fault in faults] == [("rules.pack.same_rule", "two")]
