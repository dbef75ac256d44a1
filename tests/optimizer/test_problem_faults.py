"""Every fault of a problem file is told at its place, all at once, and nothing at all makes the reader fall over."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.settings import Settings
from optimizer.doors.faults import ProblemFaults
from tests.optimizer.problem_files import TABLE, base, faults, log, one, read, without


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (without(base(), "budget"), {"budget": "missing"}),
        (base(budget=0), {"budget": "not_positive"}),
        (base(budget=-5), {"budget": "not_positive"}),
        (base(budget="many"), {"budget": "not_number"}),
        (base(budget=True), {"budget": "not_number"}),
        (base(budget=float("nan")), {"budget": "not_finite"}),
        (base(channels=[]), {"channels": "no_channels"}),
        (without(base(), "channels"), {"channels": "no_channels"}),
        (base(channels={"a": 1}), {"channels": "not_list"}),
        (base(channels=[log("a"), 3]), {"channels[1]": "not_object_here"}),
        (base(chanels=[]), {"chanels": "unknown_key_near"}),
        (base(zzz=1), {"zzz": "unknown_key"}),
        (base(name=3), {"name": "bad_name"}),
        (one(name=""), {"channels[0].name": "bad_name"}),
        (one(name="a\nb"), {"channels[0].name": "bad_name"}),
        (one(name="\ud800"), {"channels[0].name": "bad_name"}),
        (one(name=None), {"channels[0].name": "missing"}),
        (one(name="b"), {"channels[1].name": "same_name"}),
        (one(family="expo"), {"channels[0].family": "unknown_family"}),
        (one(family=None), {"channels[0].family": "missing"}),
        (one(a=-3), {"channels[0].a": "curve_falls"}),
        (one(a=0), {"channels[0].a": "curve_falls"}),
        (one(b=0), {"channels[0].b": "not_positive"}),
        (one(b="x"), {"channels[0].b": "not_number"}),
        (one(b=None), {"channels[0].b": "missing"}),
        (one(lb=float("inf")), {"channels[0].lb": "not_finite"}),
        (one(lb=-1), {"channels[0].lb": "negative"}),
        (one(lb=9, ub=5), {"channels[0].lb": "crossed"}),
        (one(lbb=9), {"channels[0].lbb": "unknown_key_near"}),
        (one(k=9), {"channels[0].k": "unknown_key"}),
        (one(share_cap=40), {"channels[0].share_cap": "above_one"}),
        (one(share_cap=0.1, share_floor=0.2), {"channels[0].share_floor": "crossed"}),
        (one(lock=9, ub=5), {"channels[0].lock": "crossed"}),
        (one(lock=3, lb=5), {"channels[0].lb": "crossed"}),
        (one(lock=3, min_if_active=5), {"channels[0].min_if_active": "crossed"}),
        (one(min_if_active=9, ub=5), {"channels[0].min_if_active": "crossed"}),
        (one(family="power", p=1.5, b=None), {"channels[0].b": "unknown_key", "channels[0].p": "power_above_one"}),
        (one(a=1e308, b=1e-308), {"channels[0]": "too_large"}),
        (base(channels=[TABLE | {"values": [1, 2]}]), {"channels[0].values": "table_lengths"}),
        (base(channels=[TABLE | {"values": [1, 3, 2]}]), {"channels[0].values[2]": "table_falls"}),
        (base(channels=[TABLE | {"points": [1, 1, 3]}]), {"channels[0].points[1]": "table_points"}),
        (base(channels=[TABLE | {"points": [1, None, 3]}]), {"channels[0].points[1]": "not_amount"}),
        (base(channels=[TABLE | {"points": [], "values": []}]), {"channels[0].points": "table_short"}),
        (base(channels=[without(TABLE, "points")]), {"channels[0].points": "missing"}),
        (base(groups=[{"idx": [0, 3], "hi": 5}]), {"groups[0].idx[1]": "index_outside"}),
        (base(groups=[{"idx": [0, 0.5], "hi": 5}]), {"groups[0].idx[1]": "index_outside"}),
        (base(groups=[{"idx": [0, 0], "hi": 5}]), {"groups[0].idx[1]": "channel_twice"}),
        (base(groups=[{"idx": [], "hi": 5}]), {"groups[0].idx": "no_members"}),
        (base(groups=[{"hi": 5}]), {"groups[0].channels": "no_members"}),
        (base(groups=[{"channels": ["甲", "x"], "hi": 5}]), {"groups[0].channels[1]": "unknown_channel"}),
        (base(groups=[{"idx": [0], "channels": ["b"], "hi": 5}]), {"groups[0].channels": "both_ways"}),
        (base(groups=[{"idx": [0]}]), {"groups[0]": "no_limit"}),
        (base(groups=[{"idx": [0], "lo": 7, "hi": 5}]), {"groups[0].lo": "crossed"}),
        (base(groups=[{"idx": [0], "hi": -5}]), {"groups[0].hi": "negative"}),
        (base(ratios=[{"over": "b", "under": "b", "min": 1}]), {"ratios[0].under": "channel_twice"}),
        (base(ratios=[{"over": "b", "min": 1}]), {"ratios[0].under": "missing"}),
        (base(packages=[{"name": "p", "channel": "x", "price": 1, "results": 2}]), {
            "packages[0].channel": "unknown_channel"}),
        (base(packages=[{"name": "p", "channel": "b", "price": 0, "results": 2, "must": 1}]), {
            "packages[0].price": "not_positive", "packages[0].must": "not_yes_or_no"}),
        (base(max_active=1.5), {"max_active": "not_whole"}),
        (base(max_active=1, min_active=2), {"min_active": "crossed"}),
        (base(min_active=9), {"min_active": "more_than_channels"}),
        ([1, 2], {"": "not_object"}),
        (b"", {"": "not_json"}),
        (b'{"budget": 1,}', {"": "not_json"}),
        (b"\xff\xfe", {"": "not_text"}),
        (b"[" * 200_000, {"": "too_deep"}),
        (b'{"budget": 1' + b"0" * 6000 + b', "channels": []}', {"budget": "not_finite", "channels": "no_channels"}),
        (b'{"budget": 1, "budget": 2, "channels": [{"a": 1, "a": 2}]}', {
            "budget": "repeated", "channels[0].a": "repeated", "channels[0].name": "missing",
            "channels[0].family": "missing"}),
        (json.dumps(one(lb="?")).replace('"?"', "NaN").encode(), {"channels[0].lb": "not_finite"}),
    ],
)  # fmt: skip
def test_every_fault_is_told_at_its_place(document, told):
    assert faults(document) == told


def test_all_faults_are_told_at_once_in_the_order_of_the_file():
    channels = [log(f"c{n}") for n in range(12)]
    channels[2]["lb"], channels[10]["a"], channels[10]["x"] = -1, "much", 1
    with pytest.raises(ProblemFaults) as caught:
        read({"budget": 0, "channels": channels})
    places = [fault.column for fault in caught.value.faults]
    assert places == ["budget", "channels[2].lb", "channels[10].a", "channels[10].x"]
    assert caught.value.text("en").splitlines()[2] == ("p.json [channels[2].lb] This cannot be negative, and is -1.")


def test_a_thousand_faults_are_counted_and_the_first_told():
    with pytest.raises(ProblemFaults) as caught:
        read(base(channels=[log(f"c{n}", lb=-1, **{f"k{n}": 1}) for n in range(5000)]))
    assert caught.value.count == 10_000 and len(caught.value.faults) == 200


def test_limits_refuse_the_whole_file():
    assert faults(base(), Settings(max_problem_channels=2)) == {"channels": "too_many"}
    assert faults(base(), Settings(max_problem_bytes=20)) == {"": "too_big"}
    size = len(json.dumps(base()))
    assert read(base(), Settings(max_problem_channels=3, max_problem_bytes=size)).ask.budget == 1000


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                        st.sampled_from(["name", "family", "a", "b", "lb", "idx", "hi", "points", "values", "must"]),
                        inner, max_size=6), max_leaves=12))  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_anything_at_all_is_read_or_refused(value):
    for key in ("budget", "channels", "groups", "packages", "ratios", "min_active"):
        document = base() | {key: value}
        try:
            read(document)
        except ProblemFaults as error:
            assert error.faults and error.text("en")
    try:
        read(base(channels=[log("a") | (value if isinstance(value, dict) else {"ub": value}), log("zz")]))
    except ProblemFaults as error:
        assert error.faults
