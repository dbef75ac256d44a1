"""What the library has no room for and what it never gives back: real when it runs raw, bounded behind the wrapper."""

from __future__ import annotations

import signal

import pytest

from engine.errors import InferenceError
from engine.inference import Pattern, Rule, Ruleset, available
from tests.engine.raw_library import raw
from tests.engine.wrapped import FIELDS, KEEP, decide, keep

pytestmark = pytest.mark.skipif(not available(), reason="durable rules is not built on this machine")


def test_a_fact_of_more_than_64_rules_is_lost():
    said = raw("""
        defs = {f"r{n}": {"all": [{"m": {"$gt": {"k": -n}}}], "run": keep} for n in range(70)}
        rules, errors = run(defs, [{"id": 0, "k": 1}])
        print(len(seen), [str(e) for e, _ in errors])
    """)
    assert not said.stdout.startswith("70 ")
    with pytest.raises(InferenceError, match="at most 60"):
        decide([], [Rule(f"r{n}", 1, (Pattern("one", {}, {"k": -n - 1}),), keep) for n in range(70)])


def test_with_512_first_conditions_no_fact_is_ever_done():
    said = raw("""
        defs = {f"r{n}": {"all": [{"m": {"k": n}}], "run": keep} for n in range(512)}
        rules = engine.Ruleset("raw", None, defs)
        print("built", flush=True)
        signal.alarm(1)
        rules.assert_fact({"id": 0, "k": 0})
        print("done")
    """)
    assert (said.returncode, said.stdout) == (-signal.SIGALRM, "built\n")
    rules = [Rule(f"r{n}", 1, tuple(Pattern(f"p{i}", {"k": n * 8 + i}) for i in range(8)), keep) for n in range(51)]
    with pytest.raises(InferenceError, match="400 conditions"):
        Ruleset("r", FIELDS, rules)
    most = Ruleset("r", FIELDS, [*rules[:49], KEEP])  # 393 conditions
    assert most.decide([{"k": 1, "g": n} for n in range(20)], "g") == ["kept"] * 20


def test_more_comparisons_than_a_join_has_room_for_are_refused_by_both():
    script = """
        joins = [{{f"f{{n}}": {{"a": f"f{{n}}"}}}} for n in range({count})]
        defs = {{"j": {{"all": [{{"a": {{"k": 1}}}}, {{"b": {{"$and": [{{"k": 2}}, *joins]}}}}], "run": keep}}}}
        engine.Ruleset("raw", None, defs)
        print("built")
    """
    assert "error code: 113" in raw(script.format(count=32)).stderr
    assert raw(script.format(count=24)).stdout == "built\n"
    names = [f"f{n}" for n in range(25)]

    def _joined(count):
        joins = {name: ("best", name) for name in names[:count]}
        beaten = Rule("beaten", 1, (Pattern("best", {"f0": 1}), Pattern("one", {"f1": 1}, joins=joins)), keep)
        last = Rule("keep", 9, (Pattern("one", {}, {"f2": 0}),), keep, last=True)
        return Ruleset("r", dict.fromkeys(names, int), [beaten, last])

    with pytest.raises(InferenceError, match="25 joins, at most 24"):
        _joined(25)
    facts = [dict.fromkeys(names, 1), dict.fromkeys(names, 2)]
    assert _joined(24).decide(facts, "f0") == ["kept", "kept"]


def test_a_match_of_more_than_16_facts_is_lost():
    said = raw("""
        defs = {"many": {"all": [{f"p{n}": {"k": n}} for n in range(17)], "run": keep}}
        print([str(e) for e, _ in run(defs, [{"id": n, "k": n} for n in range(17)])[1]])
    """)
    assert "error code: 304" in said.stdout
    with pytest.raises(InferenceError, match="17 patterns, at most 16"):
        decide([], [Rule("many", 1, tuple(Pattern(f"p{n}", {"k": n}) for n in range(17)), keep)])


def test_rules_that_nobody_needs_any_more_stay_in_memory():
    """The wrapper gives them back, on demand and by itself."""
    script = """
        from engine.inference import Pattern, Rule, Ruleset
        def ours(closing):
            last = Rule("keep", 100, (Pattern("one", {{"k": 1}}),), lambda f: f.decide("one", 1), last=True)
            never = [(Pattern("one", {{"k": 2, "g": n}}),) for n in range(49)]
            more = [Rule(f"r{{n}}", 1, one, lambda f: f.decide("one", 2)) for n, one in enumerate(never)]
            rules = Ruleset("r", {{"k": int, "g": int}}, [*more, last])
            rules.decide([{{"k": 1, "g": 0}}], "g")
            if closing:
                rules.close()
        def theirs():
            run({{f"r{{n}}": {{"all": [{{"m": {{"k": n}}}}], "run": keep}} for n in range(50)}}, [{{"id": 0, "k": 1}}])
        {once}
        before = used()
        for _ in range(30):
            {once}
            gc.collect()
        print(used() - before)
    """
    leaked = {way: int(raw(script.format(once=way)).stdout) for way in ("theirs()", "ours(True)", "ours(False)")}
    assert leaked["theirs()"] > 15_000, leaked
    assert max(leaked["ours(True)"], leaked["ours(False)"]) < 6_000, leaked


def test_a_session_with_a_refused_fact_is_not_freed():
    """Freeing it ends the process within a few hundred; the wrapper lets go of it instead and builds anew."""
    said = raw("""
        from engine.errors import InferenceError
        from engine.inference import Pattern, Rule, Ruleset
        rule = Rule("some", 1, (Pattern("one", {"k": 1}),), lambda firing: firing.decide("one", "kept"))
        rules, refused, held = Ruleset("r", {"k": int, "g": int}, [rule]), 0, []
        for n in range(400):
            try:
                rules.decide([{"k": 1, "g": 0}, {"k": 5, "g": 0}], "g")
            except InferenceError:
                refused += 1
            assert rules.decide([{"k": 1, "g": 0}], "g") == ["kept"]
            held = [*held[-20:], bytearray(97 * n % 5000)]
        print(refused)
    """)
    assert said.stdout.split() == ["400"], (said.returncode, said.stderr[-300:])


def test_rules_cannot_be_registered_again_under_their_name():
    """Other rules of the same name are simply another ruleset behind the wrapper."""
    said = raw("""
        host = engine.Host({"raw": KEEP()})
        try:
            host.register_rulesets({"raw": KEEP()})
            print("registered")
        except Exception as error:
            print(error)
    """)
    assert "already registered" in said.stdout
    other = Rule("other", 1, (Pattern("one", {"k": 1}),), lambda firing: firing.decide("one", "other"))
    first, second = Ruleset("r", FIELDS, [KEEP]), Ruleset("r", FIELDS, [other, KEEP])
    said_by = [rules.decide([{"k": 1, "g": 0}], "g") for rules in (first, second, first)]
    assert said_by == [["kept"], ["other"], ["kept"]]
    first.close()
    assert second.decide([{"k": 1, "g": 0}], "g") == ["other"]


def test_memory_does_not_grow_with_what_was_decided():
    theirs = raw("""
        rules = engine.Ruleset("raw", None, KEEP())
        before = used()
        for n in range(5_000):
            rules.do_actions(rules.assert_fact({"id": n, "k": 1}), lambda e, s: None)
        for n in range(5_000):
            rules.retract_fact({"id": n, "k": 1})
        print(used() - before)
        rules.delete_state("0")
        print(used() - before)
    """)
    kept, given_back = map(int, theirs.stdout.split())
    assert kept > 20_000 and given_back < kept / 2
    ours = raw("""
        from engine.inference import Pattern, Rule, Ruleset
        last = Rule("keep", 100, (Pattern("one", {"k": 1}),), lambda f: f.decide("one", 1), last=True)
        rules = Ruleset("r", {"k": int, "g": int}, [last])
        facts = [{"k": 1, "g": n} for n in range(2_500)]
        rules.decide(facts, "g")
        before = used()
        for _ in range(6):
            rules.decide(facts, "g")
        print(used() - before)
    """)
    assert int(ours.stdout) < 10_000, ours.stderr
