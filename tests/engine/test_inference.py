"""The wrapper of durable rules takes whole numbers and texts, decides every fact once, and hides no error."""

from __future__ import annotations

import math
import sys
import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine.inference as inference
from engine.errors import InferenceError, MissingPartError
from engine.inference import Pattern, Rule, Ruleset, available

needs_engine = pytest.mark.skipif(not available(), reason="durable rules is not built on this machine")
FIELDS = {"group": int, "score": int, "word": str}


def _keep(firing):
    firing.decide("one", "kept")


KEEP = Rule("keep", 100, (Pattern("one", {}, {"group": -1}),), _keep, last=True)
BEATEN = Rule(
    "beaten",
    10,
    (Pattern("best", {"score": 3}), Pattern("one", {"score": 1}, joins={"group": ("best", "group")})),
    lambda firing: firing.decide("one", f"beaten by {firing.number('best')}"),
)


def _fact(group=0, score=0, word="x"):
    return {"group": group, "score": score, "word": word}


@needs_engine
def test_facts_are_decided_in_order():
    facts = [_fact(0, 3), _fact(0, 1), _fact(0, 2), _fact(1, 1)]
    assert Ruleset("r", FIELDS, [BEATEN, KEEP]).decide(facts, "group") == ["kept", "beaten by 0", "kept", "kept"]


@needs_engine
def test_a_call_may_be_repeated_and_batches_keep_their_numbers():
    rules = Ruleset("r", FIELDS, [BEATEN, KEEP])
    facts = [_fact(g, s) for g in range(700) for s in (3, 1)]
    expected = [said for g in range(700) for said in ("kept", f"beaten by {2 * g}")]
    assert rules.decide(facts, "group") == expected
    assert rules.decide(facts, "group") == expected
    assert rules.decide([], "group") == []


@needs_engine
def test_a_replaced_fact_goes_on_and_keeps_its_number():
    soften = Rule("soften", 5, (Pattern("one", {"word": "學習中"}),), lambda f: f.replace("one", word="軟", score=0))
    soft = Rule("soft", 50, (Pattern("one", {"word": "軟"}),), lambda f: f.decide("one", f"softened {f.number('one')}"))
    facts = [_fact(0, 3), _fact(0, 1, "學習中"), _fact(0, 1)]
    assert Ruleset("r", FIELDS, [soften, soft, BEATEN, KEEP]).decide(facts, "group") == [
        "kept",
        "softened 1",
        "beaten by 0",
    ]


def _kinship(apart):
    """Leaders of a group beat the others, who would be kept; what learns is softened before."""
    lead, other = Pattern("best", {"score": 3}), Pattern("one", {}, {"group": -1}, {"group": ("best", "group")})
    soften = Rule(
        "soften", 5, (Pattern("one", {"word": "學習中"}),), lambda f: f.replace("one", word="軟"), apart=apart
    )
    beaten = Rule("beaten", 10, (lead, replace(other, equals={"score": 1})), BEATEN.act, apart=apart)
    soft = Rule("soft", 50, (Pattern("one", {"word": "軟"}),), lambda f: f.decide("one", "softened"), apart=apart)
    return Ruleset("r", FIELDS, [soften, beaten, soft, KEEP])


@needs_engine
@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 5), st.sampled_from([1, 1, 2]), st.sampled_from(["x", "學習中"]))))
def test_matches_that_lie_apart_come_to_the_same_in_one_go_as_one_by_one(rows):
    leaders = [(group, 3, "x") for group in range(0, 6, 2)]
    facts = [_fact(*row) for row in sorted(leaders + rows)]
    assert _kinship(apart=True).decide(facts, "group") == _kinship(apart=False).decide(facts, "group")


@needs_engine
def test_matches_said_to_lie_apart_that_do_not_are_an_error():
    beaten = replace(BEATEN, apart=True)
    with pytest.raises(InferenceError, match="exactly once"):
        Ruleset("r", FIELDS, [beaten, KEEP]).decide([_fact(0, 3), _fact(0, 3), _fact(0, 1)], "group")


@needs_engine
@settings(max_examples=40, deadline=None)
@given(
    words=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30), max_size=20)
)
def test_any_text_goes_through_unharmed(words):
    seen = {}

    def _look(firing):
        seen[firing.number("one")] = firing.facts["one"]["word"]
        firing.decide("one", 0)

    look = Rule("look", 1, (Pattern("one", {}, {"group": -1}),), _look, last=True)
    Ruleset("r", FIELDS, [look]).decide([_fact(at, 0, word) for at, word in enumerate(words)], "group")
    assert [seen[at] for at in range(len(words))] == words


@pytest.mark.parametrize(
    "value", [1.0, 1e-05, math.nan, math.inf, None, True, 2**31, -(2**40), "1", b"1", [1]], ids=repr
)
def test_what_is_no_small_whole_number_is_refused(value):
    with pytest.raises(InferenceError):
        Ruleset("r", FIELDS, [KEEP]).decide([_fact(score=value)], "group")


@pytest.mark.parametrize("value", [1, None, 1.5, "\ud800", "a\0b"], ids=repr)
def test_what_is_no_plain_text_is_refused(value):
    with pytest.raises(InferenceError):
        Ruleset("r", FIELDS, [KEEP]).decide([_fact(word=value)], "group")


@pytest.mark.parametrize("fact", [{"group": 1}, _fact() | {"more": 1}, _fact() | {"id": 3}])
def test_every_fact_carries_exactly_the_declared_fields(fact):
    with pytest.raises(InferenceError, match="declared fields"):
        Ruleset("r", FIELDS, [KEEP]).decide([fact], "group")


def _rule(**pattern):
    return Rule("rule", 10, (Pattern("best", {"score": 1}), Pattern("one", {"score": 2}, **pattern)), _keep)


@pytest.mark.parametrize(
    "rule",
    [
        _rule(joins={"score": {"$lt": ("best", "score")}}),
        _rule(joins={"score": ("best", "score", "<")}),
        _rule(joins={"word": ("best", "word")}),
        _rule(joins={"score": ("later", "score")}),
        _rule(above={"word": 3}),
        _rule(above={"score": 1.5}),
        Rule("rule", 10, (Pattern("one", {"$nex": 1}),), _keep),
        Rule("rule", 10, (Pattern("one", {"sid": 1}),), _keep),
        Rule("rule", 10, (Pattern("one", {}),), _keep),
        Rule("rule", 10, (Pattern("m", {"score": 1}),), _keep),
        Rule("rule", 10, (), _keep),
        Rule("rule", 0, (Pattern("one", {"score": 1}),), _keep),
        Rule("rule", 65536, (Pattern("one", {"score": 1}),), _keep),
        Rule("one$all", 10, (Pattern("one", {"score": 1}),), _keep),
        Rule("rule", 10, (Pattern("one", {"score": True}),), _keep),
    ],
)
def test_a_rule_outside_the_form_is_refused(rule):
    with pytest.raises(InferenceError):
        Ruleset("r", FIELDS, [rule])


def test_more_than_sixty_rules_are_refused():
    many = [Rule(f"r{n}", 10, (Pattern("one", {"score": n}),), _keep) for n in range(61)]
    with pytest.raises(InferenceError, match="at most 60"):
        Ruleset("r", FIELDS, many)
    Ruleset("r", FIELDS, many[:60])
    with pytest.raises(InferenceError, match="one name"):
        Ruleset("r", FIELDS, [KEEP, KEEP])


def test_facts_that_can_meet_lie_together():
    with pytest.raises(InferenceError, match="do not lie together"):
        Ruleset("r", FIELDS, [KEEP]).decide([_fact(1), _fact(2), _fact(1)], "group")


@needs_engine
def test_an_error_in_an_action_is_raised_and_the_rules_go_on_afterwards():
    calls = []

    def _fails(firing):
        calls.append(firing)
        raise ValueError("壞了")

    rules = Ruleset("r", FIELDS, [Rule("fails", 1, (Pattern("one", {"score": 9}),), _fails), KEEP])
    with pytest.raises(InferenceError, match="fails") as caught:
        rules.decide([_fact(0), _fact(1, 9), _fact(2, 9)], "group")
    assert isinstance(caught.value.__cause__, ValueError)
    assert len(calls) == 1, "nothing acts after the failure"
    assert rules.decide([_fact(0)], "group") == ["kept"]


@needs_engine
def test_an_undecided_fact_is_an_error():
    some = Rule("some", 1, (Pattern("one", {"score": 1}),), _keep)
    nothing = Rule("nothing", 2, (Pattern("one", {"score": 2}),), lambda firing: None)
    with pytest.raises(InferenceError, match="1 candidates") as caught:
        Ruleset("r", FIELDS, [some, nothing]).decide([_fact(0, 1), _fact(1, 2)], "group")
    assert caught.value.message.values["first"] == 1


@needs_engine
def test_a_fact_no_rule_looks_at_is_an_error():
    rules = Ruleset("r", FIELDS, [Rule("some", 1, (Pattern("one", {"score": 1}),), _keep)])
    with pytest.raises(InferenceError):
        rules.decide([_fact(0, 1), _fact(1, 5)], "group")
    assert rules.decide([_fact(0, 1)], "group") == ["kept"]


@needs_engine
def test_a_fact_decided_twice_is_an_error():
    twice = Rule("twice", 1, (Pattern("one", {"score": 1}),), lambda f: [f.decide("one", 1), f.decide("one", 2)])
    with pytest.raises(InferenceError, match="exactly once"):
        Ruleset("r", FIELDS, [twice, KEEP]).decide([_fact(0, 1)], "group")


@needs_engine
def test_deciding_from_an_action_is_refused():
    rules: list[Ruleset] = []
    again = Rule("again", 1, (Pattern("one", {"score": 1}),), lambda f: rules[0].decide([_fact()], "group"))
    rules.append(Ruleset("r", FIELDS, [again, KEEP]))
    with pytest.raises(InferenceError):
        rules[0].decide([_fact(0, 1)], "group")
    assert rules[0].decide([_fact(0, 0)], "group") == ["kept"]


@needs_engine
def test_a_batch_too_large_to_tell_apart_is_refused(monkeypatch):
    monkeypatch.setattr(inference, "MAX_ORDINAL", 10)
    with pytest.raises(InferenceError, match="reference resolver"):
        Ruleset("r", FIELDS, [KEEP]).decide([_fact(0)] * 6, "group")


@needs_engine
def test_threads_share_the_engine():
    rules = Ruleset("r", FIELDS, [BEATEN, KEEP])
    facts = [_fact(g, s) for g in range(200) for s in (3, 1)]
    expected = rules.decide(facts, "group")
    said = []
    threads = [threading.Thread(target=lambda: said.append(rules.decide(facts, "group"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == [expected] * 4


@pytest.fixture
def _fresh_library():
    inference._library.cache_clear()
    yield
    inference._library.cache_clear()


@pytest.mark.usefixtures("_fresh_library")
def test_python_3_13_falls_back(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 13, 0, "final", 0))
    assert not available()


@pytest.mark.usefixtures("_fresh_library")
def test_a_machine_that_could_not_build_it_falls_back(monkeypatch):
    monkeypatch.setitem(sys.modules, "durable", None)
    assert not available()
    with pytest.raises(MissingPartError, match="reference resolver"):
        Ruleset("r", FIELDS, [KEEP]).decide([_fact()], "group")
