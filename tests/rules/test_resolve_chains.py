"""What follows from decisions: shifts take freed money or what the plan has left, one creative is renewed once."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from rules.candidates import FREES, Candidate
from rules.resolve_durable import resolve_durable
from rules.resolve_reference import resolve_reference
from tests.rules.random_candidates import CLASSES, random_candidates
from tests.rules.test_resolve import RESOLVERS, needs_engine


def _on(entity, kind, campaign="", *, rule="r", priority=10, **more):
    level = "campaign" if entity == campaign else "ad"
    top, group = ("", "") if level == "campaign" else (campaign, "g" + campaign)
    return Candidate(entity, group, top, level, rule, CLASSES[kind], kind, priority, pool="P", **more)


WISH = _on("c", "shift_in", "c")


@pytest.mark.parametrize("decide", RESOLVERS)
@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([], ("dropped", "no_budget", None)),
        ([_on("a", "stop", "c")], ("kept", "budget_freed", 1)),
        ([_on("a", "cut", "c")], ("kept", "budget_freed", 1)),
        ([_on("d", "shift_out", "d")], ("kept", "budget_freed", 1)),
        ([_on("b", "stop", "b"), _on("a", "stop", "c")], ("kept", "budget_freed", 2)),  # its own campaign goes first
        ([_on("d", "shift_out", "d")._replace(pool="Q")], ("dropped", "no_budget", None)),
        ([_on("d", "shift_out", "d")._replace(pool="")], ("dropped", "no_budget", None)),
        ([_on("d", "shift_out", "d", cooldown=True)], ("dropped", "no_budget", None)),
        ([_on("d", "shift_out", "d", learning=True)], ("dropped", "no_budget", None)),
        ([_on("d", "raise", "d"), _on("e", "alert", "e")], ("dropped", "no_budget", None)),
    ],
)
def test_a_shift_in_stands_on_freed_money_only(decide, others, said):
    first = decide([WISH, *others])[0]
    assert (first.verdict, first.because, first.freed_by) == said and first.beaten_by is None


@pytest.mark.parametrize("decide", RESOLVERS)
def test_a_shift_in_stands_on_what_the_plan_has_left(decide):
    (free,) = decide([WISH._replace(free=True)])
    assert (free.verdict, free.because, free.freed_by) == ("kept", "budget_free", None)
    freed = decide([WISH._replace(free=True), _on("d", "shift_out", "d")])[0]
    assert (freed.because, freed.freed_by) == ("budget_freed", 1)


@pytest.mark.parametrize("decide", RESOLVERS)
def test_one_refresh_stands_for_a_creative_in_several_ads(decide):
    worn = [_on(f"a{at}", "refresh", f"c{at}", priority=9 - at, creative="果汁") for at in range(3)]
    other = [_on("b", "refresh", "c0", creative="茶"), _on("d", "refresh", "c1"), _on("e", "refresh", "c1")]
    said = decide([*worn, *other])
    assert [(d.because, d.beaten_by) for d in said[:3]] == [("same_creative", 2), ("same_creative", 2), ("kept", None)]
    assert {d.because for d in said[3:]} == {"kept"}  # of ads whose creative nobody knows, none is left out


@pytest.mark.parametrize("decide", RESOLVERS)
def test_a_refresh_that_does_not_stand_speaks_for_no_creative(decide):
    shielded = _on("a", "refresh", "c", priority=1, creative="果汁", cooldown=True)
    stopped = _on("b", "refresh", "d", priority=2, creative="果汁")
    last = _on("e", "refresh", "e", priority=3, creative="果汁")
    said = decide([shielded, stopped, _on("b", "stop", "d", rule="s"), last])
    assert [d.because for d in said] == ["cooldown", "stop_wins", "kept", "kept"]


@pytest.mark.parametrize("decide", RESOLVERS)
def test_chains_hold_whatever_meets(decide):
    """Every kept shift names what frees money where it may be taken; a creative is renewed by one refresh at most."""
    seen: Counter[str] = Counter()
    for seed in range(100):
        candidates = random_candidates(random.Random(seed), 40, 9)
        said = decide(candidates)
        renewed: Counter[str] = Counter()
        for one, decision in zip(candidates, said, strict=True):
            seen[decision.because] += 1
            if decision.freed_by is not None:
                source = candidates[decision.freed_by]
                assert said[decision.freed_by].verdict == "kept" and source.action_class in FREES
                assert source.top == one.top or (one.pool and source.pool == one.pool)
            if one.action_class == "shift_in" and decision.verdict == "kept":
                assert (decision.freed_by is not None) == (decision.because == "budget_freed")
                assert decision.freed_by is not None or one.free
            if one.action_class == "refresh" and one.creative and decision.verdict == "kept":
                renewed[one.creative] += 1
        assert not renewed or max(renewed.values()) == 1
    assert {
        "budget_freed",
        "budget_free",
        "no_budget",
        "same_creative",
        "child_stopped",
        "opposite_wins",
    } <= seen.keys()


@needs_engine
def test_both_resolvers_chain_alike_over_many_campaigns():
    for seed in range(12):
        candidates = random_candidates(random.Random(seed), 400, 20, 0.05)
        assert resolve_durable(candidates) == resolve_reference(candidates), seed
