"""Each defect of the library that the wrapper exists for: real in the raw library, out of reach behind the wrapper.

The raw library runs in a child process, because some of the defects end the process.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from engine.errors import InferenceError
from engine.inference import Pattern, Rule, Ruleset, available

pytestmark = pytest.mark.skipif(not available(), reason="durable rules is not built on this machine")

RAW = """
import sys
from durable import engine
seen = []
def keep(c): seen.append(c.m.id)
def run(defs, facts, name="raw"):
    rules = engine.Ruleset(name, None, defs)
    errors = []
    try:
        rules.do_actions(rules.assert_facts(facts), lambda e, s: errors.append((e, s)))
    except BaseException as error:
        errors.append((error, None))
    return rules, errors
KEEP = lambda: {"keep": {"all": [{"m": {"k": 1}}], "run": keep}}
"""


def _child(script: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    text = RAW + textwrap.dedent(script)
    return subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=timeout, check=False)


def _keep(firing):
    firing.decide("one", "kept")


FIELDS = {"k": int, "g": int}
KEEP = Rule("keep", 100, (Pattern("one", {"k": 1}),), _keep, last=True)


def _decide(facts, rules=(KEEP,)):
    return Ruleset("r", FIELDS, rules).decide(facts, "g")


def test_a_small_float_silently_drops_the_rest_of_a_batch():
    raw = _child("""
        run(KEEP(), [{"id": i, "k": 1, "x": 1e-05 if i == 3 else 1} for i in range(10)])
        print(len(seen))
    """)
    assert int(raw.stdout) < 10
    with pytest.raises(InferenceError):
        _decide([{"k": 1, "g": 1e-05}])


def test_two_ids_of_one_hash_are_taken_for_one_fact():
    """Among 100,000 ordinals no two collide, so that each fact of a batch is its own; wider ids do."""
    raw = _child("""
        rules = engine.Ruleset("raw", None, KEEP())
        lost = 0
        for n in range(400_000):
            try:
                rules.assert_fact({"id": 10**11 + 7919 * n, "k": 1})
            except engine.MessageObservedException:
                lost += 1
                break
        print(lost)
    """, timeout=120)  # fmt: skip
    assert raw.returncode == 0 and int(raw.stdout) >= 1
    with pytest.raises(InferenceError, match="declared fields"):
        _decide([{"k": 1, "g": 0, "id": 10**11}])
    assert _decide([{"k": 1, "g": 0}] * 3_000) == ["kept"] * 3_000


def test_an_exception_in_an_action_is_swallowed():
    raw = _child("""
        def fail(c): raise ValueError("lost")
        defs = {"fail": {"all": [{"m": {"k": 1}}], "run": fail}}
        rules, errors = run(defs, [{"id": 0, "k": 1}])
        print(all(e is None for e, _ in errors))
    """)
    assert raw.stdout.strip() == "True"

    def _fail(firing):
        raise ValueError("lost")

    with pytest.raises(InferenceError, match="lost"):
        _decide([{"k": 1, "g": 0}], [Rule("fail", 1, (Pattern("one", {"k": 1}),), _fail)])


def test_division_by_zero_in_a_condition_ends_the_process():
    raw = _child("""
        quotient = {"$div": {"$l": {"a": "spend"}, "$r": {"a": "conv"}}}
        defs = {"r": {"all": [{"a": {"k": 1}}, {"b": {"$gt": {"x": quotient}}}], "run": lambda c: None}}
        run(defs, [{"id": n, "k": n + 1, "spend": 10, "conv": 0, "x": 1} for n in range(2)])
        print("alive")
    """)
    assert raw.returncode < 0 and "alive" not in raw.stdout
    arithmetic = Pattern("one", {"k": {"$div": {"$l": {"a": "g"}, "$r": {"a": "k"}}}})
    with pytest.raises(InferenceError):
        Ruleset("r", FIELDS, [Rule("bad", 1, (arithmetic,), _keep)])


def test_a_bare_absence_never_ends():
    with pytest.raises(subprocess.TimeoutExpired):
        _child("""
            defs = {"none": {"all": [{"m": {"$nex": {"done": 1}}}], "run": lambda c: None}}
            run(defs, [{"id": 0, "k": 1}])
        """, timeout=5)  # fmt: skip
    with pytest.raises(InferenceError):
        Ruleset("r", FIELDS, [Rule("bad", 1, (Pattern("one", {"$nex": {"done": 1}}),), _keep)])


def test_a_fact_of_more_than_64_rules_is_lost():
    raw = _child("""
        defs = {f"r{n}": {"all": [{"m": {"$gt": {"k": -n}}}], "run": keep} for n in range(70)}
        rules, errors = run(defs, [{"id": 0, "k": 1}])
        print(len(seen), [str(e) for e, _ in errors])
    """)
    assert not raw.stdout.startswith("70 ")
    with pytest.raises(InferenceError, match="at most 60"):
        _decide([], [Rule(f"r{n}", 1, (Pattern("one", {}, {"k": -n - 1}),), _keep) for n in range(70)])


def test_a_join_on_a_missing_field_fails():
    raw = _child("""
        later = {"$and": [{"k": 2}, {"$gt": {"g": {"a": "g"}}}]}
        defs = {"j": {"all": [{"a": {"k": 1}}, {"b": later}], "run": lambda c: None}}
        rules, errors = run(defs, [{"id": 0, "k": 1}, {"id": 1, "k": 2, "g": 1}])
        print([str(e) for e, _ in errors if e])
    """)
    assert "311" in raw.stdout
    with pytest.raises(InferenceError, match="declared fields"):
        _decide([{"k": 1}])


def test_a_join_by_inequality_cannot_be_written():
    """The raw library reads past its memory there; whether it crashes is chance, so only the wrapper is shown."""
    for join in ({"g": ("best", "g", "<")}, {"g": {"$lt": {"best": "g"}}}):
        patterns = (Pattern("best", {"k": 1}), Pattern("one", {"k": 2}, joins=join))
        with pytest.raises(InferenceError, match="join of g"):
            Ruleset("r", FIELDS, [Rule("bad", 1, patterns, _keep)])


def test_more_than_1024_sessions_fail_and_the_wrapper_has_one():
    raw = _child("""
        rules = engine.Ruleset("raw", None, KEEP())
        try:
            for n in range(1100):
                rules.assert_fact({"id": n, "k": 1, "sid": str(n)})
            print("fine")
        except MemoryError:
            print("memory")
    """)
    assert "fine" not in raw.stdout
    with pytest.raises(InferenceError):
        Ruleset("r", {"sid": int}, [KEEP])
    assert _decide([{"k": 1, "g": n} for n in range(3_000)]) == ["kept"] * 3_000


def test_memory_does_not_grow_with_what_was_decided():
    raw = _child("""
        import resource
        from engine.inference import Pattern, Rule, Ruleset
        last = Rule("keep", 100, (Pattern("one", {"k": 1}),), lambda f: f.decide("one", 1), last=True)
        rules = Ruleset("r", {"k": int, "g": int}, [last])
        facts = [{"k": 1, "g": n} for n in range(5_000)]
        rules.decide(facts, "g")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(10):
            rules.decide(facts, "g")
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """, timeout=120)  # fmt: skip
    assert int(raw.stdout) < 30_000, raw.stderr
