"""Both resolvers decide every candidate once, for the stated reason, and always alike."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InferenceError
from engine.fanout import Crashed
from engine.inference import available
from engine.messages import Message, sentence_ids
from rules.candidates import CLASS_RANK, Candidate
from rules.resolve import resolve
from rules.resolve_durable import resolve_durable
from rules.resolve_reference import resolve_reference
from tests.rules.random_candidates import CLASSES, random_candidates

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases/rules/resolve.yaml").read_text(encoding="utf-8"))
needs_engine = pytest.mark.skipif(not available(), reason="durable rules is not built on this machine")
RESOLVERS = [
    pytest.param(resolve_reference, id="reference"),
    pytest.param(resolve_durable, id="durable", marks=needs_engine),
]


def _candidate(line):
    entity, group, campaign, rule, kind, priority, *flags = line
    level = "ad" if group else "ad_group" if campaign else "campaign"
    marks = dict.fromkeys(flags, True)
    return Candidate(entity, group, campaign, level, rule, CLASSES[kind], kind, priority, **marks)


@pytest.mark.parametrize("decide", RESOLVERS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_conflict_is_decided_with_its_reason(case, decide):
    said = decide([_candidate(line) for line in case["candidates"]])
    assert [[d.verdict, d.because, d.beaten_by] for d in said] == case["expected"]


@needs_engine
def test_both_resolvers_agree_on_thousands_of_random_cases():
    """Every action class and every reason that has a sentence comes up often among them."""
    classes, reasons = Counter(), Counter()
    for seed in range(1_000):
        rng = random.Random(seed)
        candidates = random_candidates(rng, rng.randrange(25), rng.randrange(1, 4))
        said = resolve_reference(candidates)
        assert resolve_durable(candidates) == said, seed
        classes.update(one.action_class for one in candidates)
        reasons.update(one.because for one in said)
    spoken = {name.removeprefix("trail.") for name in sentence_ids("rules") if name.startswith("trail.")}
    assert set(classes) == set(CLASS_RANK)
    assert set(reasons) == {name for name in spoken if not name.startswith("flagged_")}
    assert min(*classes.values(), *reasons.values()) > 10, (classes, reasons)


@needs_engine
def test_a_process_apart_decides_the_same():
    candidates = random_candidates(random.Random(11), 400, 40)
    assert resolve(candidates) == (resolve_reference(candidates), "durable_rules", ())
    assert resolve(candidates, "durable_rules") == resolve(candidates)


@needs_engine
def test_without_a_process_apart_the_reference_decides_and_says_why(monkeypatch):
    candidates = random_candidates(random.Random(2), 60, 2)
    asked = []

    def _crash(task, rows, timeout, meanwhile):
        asked.append(timeout)
        return Crashed("SIGSEGV")

    monkeypatch.setattr("rules.resolve.run_apart", _crash)
    decisions, resolver, (notice,) = resolve(candidates)
    assert (decisions, resolver) == (resolve_reference(candidates), "reference")
    assert notice == Message("rules.resolver.crashed", {"attempts": 2, "reason": "SIGSEGV"})
    assert len(asked) == 2 and min(asked) > 60
    with pytest.raises(InferenceError, match="SIGSEGV"):
        resolve(candidates, "durable_rules")


@needs_engine
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**9), wanted=st.integers(0, 60), campaigns=st.integers(1, 6), shield=st.floats(0, 1))
def test_both_resolvers_agree_whatever_is_drawn(seed, wanted, campaigns, shield):
    candidates = random_candidates(random.Random(seed), wanted, campaigns, shield)
    assert resolve_durable(candidates) == resolve_reference(candidates)


@needs_engine
def test_batches_do_not_part_what_can_meet():
    candidates = random_candidates(random.Random(7), 4_000, 400)
    assert len(candidates) > 3 * 500
    assert resolve_durable(candidates) == resolve_reference(candidates)


@pytest.mark.parametrize("decide", RESOLVERS)
def test_decisions_hold(decide):
    """A loser names a winner that stands; stop is alone on its entity; nothing stands below a stopped parent."""
    for seed in range(200):
        candidates = random_candidates(random.Random(seed), 40, 2)
        said = decide(candidates)
        assert len(said) == len(candidates)
        standing = {at for at, d in enumerate(said) if d.verdict != "dropped"}
        assert all(d.beaten_by is None or d.beaten_by in standing for d in said if d.because != "same_action")
        stopped = {
            candidates[at].entity
            for at in standing
            if candidates[at].action_class == "stop" and said[at].verdict == "kept"
        }
        for at in standing:
            one = candidates[at]
            assert one.group not in stopped and one.campaign not in stopped
            if one.entity in stopped:
                assert one.action_class == "stop" and said[at].verdict == "kept"
        kept = [(candidates[at].entity, candidates[at].action_class) for at in standing if said[at].verdict == "kept"]
        acting = [pair for pair in kept if pair[1] != "alert"]
        assert len(acting) == len(set(acting))


@pytest.mark.parametrize("decide", RESOLVERS)
def test_the_order_handed_in_does_not_matter(decide):
    candidates = random_candidates(random.Random(3), 120, 3)
    order = list(range(len(candidates)))
    random.Random(4).shuffle(order)
    straight, shuffled = decide(candidates), decide([candidates[at] for at in order])
    assert [straight[at].verdict for at in order] == [d.verdict for d in shuffled]
    named = [candidates[d.beaten_by].entity if d.beaten_by is not None else "" for d in straight]
    assert [named[at] for at in order] == [
        candidates[order[d.beaten_by]].entity if d.beaten_by is not None else "" for d in shuffled
    ]


def test_the_resolver_used_is_told(monkeypatch):
    assert resolve([]).resolver == ("durable_rules" if available() else "reference")
    monkeypatch.setattr("rules.resolve.available", lambda: False)
    assert resolve([], None) == ([], "reference", ())
    assert resolve([], "reference") == ([], "reference", ())


@pytest.mark.parametrize("wish", ["reference", pytest.param("durable_rules", marks=needs_engine), None])
@pytest.mark.parametrize("count", [0, 40])
def test_what_is_done_meanwhile_is_done_once(wish, count):
    done = []
    resolve(random_candidates(random.Random(5), count, 4), wish, lambda: done.append(1))
    assert done == [1]


@needs_engine
def test_a_campaign_too_large_for_the_engine_goes_to_the_reference(monkeypatch):
    candidates = random_candidates(random.Random(1), 60, 1)

    def _too_many(task, rows, timeout, meanwhile):  # what the wrapper says beyond 50,000 candidates of one campaign
        raise InferenceError("engine.inference.too_many", count=len(rows), most=10)

    monkeypatch.setattr("rules.resolve.run_apart", _too_many)
    assert resolve(candidates) == (resolve_reference(candidates), "reference", ())
    with pytest.raises(InferenceError):
        resolve(candidates, "durable_rules")


@needs_engine
def test_an_engine_that_fails_is_not_hidden(monkeypatch):
    monkeypatch.setattr("rules.resolve.decide_rows", lose_one)
    with pytest.raises(InferenceError, match="exactly once"):
        resolve(random_candidates(random.Random(1), 3, 1))


def lose_one(rows):
    raise InferenceError("engine.inference.undecided", count=1, first=0)


def test_every_class_has_a_rank():
    assert set(CLASS_RANK) == set(CLASSES)
    assert len(set(CLASS_RANK.values())) == len(CLASS_RANK)
