"""Each defect of the library that the wrapper exists for: real in the raw library, out of reach behind the wrapper."""

from __future__ import annotations

import signal

import pytest

from engine.errors import InferenceError
from engine.inference import Pattern, Rule, Ruleset, available
from tests.engine.raw_library import raw
from tests.engine.wrapped import FIELDS, KEEP, decide, keep

pytestmark = pytest.mark.skipif(not available(), reason="durable rules is not built on this machine")


def test_a_small_float_silently_drops_the_rest_of_a_batch():
    said = raw("""
        run(KEEP(), [{"id": i, "k": 1, "x": 1e-05 if i == 3 else 1} for i in range(10)])
        print(len(seen))
    """)
    assert int(said.stdout) < 10
    with pytest.raises(InferenceError):
        decide([{"k": 1, "g": 1e-05}])


# Two numbers whose texts have one 32-bit hash, which is all the library looks at.
ALIKE = (947_357, 1_061_681)


def _hash(text: str) -> int:
    """FNV-1a of 32 bits, as in the library's ``fnv1Hash32``."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def test_two_ids_of_one_hash_are_taken_for_one_fact():
    """Among 100,000 ordinals no two are alike, so that each fact of a batch is its own."""
    said = raw(f"""
        rules, _ = run(KEEP(), [{{"id": {ALIKE[0]}, "k": 1}}])
        try:
            rules.do_actions(rules.assert_fact({{"id": {ALIKE[1]}, "k": 1}}), lambda e, s: None)
        except engine.MessageObservedException:
            print(seen)
    """)
    assert said.stdout.strip() == f"[{ALIKE[0]}]"
    assert _hash(str(ALIKE[0])) == _hash(str(ALIKE[1]))
    assert len({_hash(str(ordinal)) for ordinal in range(100_000)}) == 100_000
    with pytest.raises(InferenceError, match="declared fields"):
        decide([{"k": 1, "g": 0, "id": ALIKE[0]}])
    assert decide([{"k": 1, "g": 0}] * 3_000) == ["kept"] * 3_000


def test_two_sessions_of_one_hash_are_one():
    """Facts of two sessions meet that should never have; a fact behind the wrapper cannot name a session."""
    said = raw(f"""
        both = {{"all": [{{"a": {{"k": 1}}}}, {{"b": {{"k": 2}}}}], "run": lambda c: seen.append(1)}}
        rules, _ = run({{"both": both}}, [{{"id": 1, "k": 1, "sid": "{ALIKE[0]}"}}])
        rules.do_actions(rules.assert_fact({{"id": 2, "k": 2, "sid": "{ALIKE[1]}"}}), lambda e, s: None)
        print(len(seen))
    """)
    assert said.stdout.strip() == "1"
    with pytest.raises(InferenceError):
        Ruleset("r", {"sid": int}, [KEEP])


def test_more_than_1024_sessions_fail_and_the_wrapper_has_one():
    said = raw("""
        rules = engine.Ruleset("raw", None, KEEP())
        try:
            for n in range(1100):
                rules.assert_fact({"id": n, "k": 1, "sid": str(n)})
            print("fine")
        except MemoryError:
            print("memory")
    """)
    assert said.stdout.strip() == "memory"
    assert decide([{"k": 1, "g": n} for n in range(3_000)]) == ["kept"] * 3_000


def test_a_session_deleted_among_others_is_used_after_it_was_freed():
    """The wrapper deletes its only session, so that none stands where the library still looks."""
    said = raw("""
        rules = engine.Ruleset("raw", None, KEEP())
        for sid in "ab":
            rules.assert_fact({"id": 1, "k": 1, "sid": sid})
        rules.delete_state("a")
        rules.dispatch()
        print("alive")
    """)
    assert (said.returncode, said.stdout) == (-signal.SIGSEGV, "")
    rules, sessions = Ruleset("r", FIELDS, [KEEP]), []
    assert rules.decide([{"k": 1, "g": 0}], "g") == ["kept"]
    built = rules._built
    assert_facts, delete_state = built.assert_facts, built.delete_state
    built.assert_facts = lambda rows: sessions.append(rows) or assert_facts(rows)
    built.delete_state = lambda sid: sessions.append(sid) or delete_state(sid)
    rules.decide([{"k": 1, "g": n} for n in range(1_200)], "g")
    assert [one for one in sessions if isinstance(one, str)] == ["0"] * 3
    assert sessions[1::2] == ["0"] * 3, "each batch's session is gone before the next one comes"
    assert not any("sid" in row for rows in sessions[::2] for row in rows)


def test_a_join_by_inequality_reads_past_its_memory():
    """The join's last comparison is false, and the search for its end goes on behind the table: what lies there decides
    whether it comes back, so tables of many sizes are tried."""
    said = raw("""
        def join():
            later = {"$and": [{"k": 2}, {"g": {"a": "g"}}, {"$lt": {"x": {"a": "x"}}}]}
            return {"all": [{"a": {"k": 1}}, {"b": later}], "run": keep}
        facts = [{"id": 0, "k": 1, "g": 1, "x": 1}, {"id": 1, "k": 2, "g": 1, "x": 2}]
        for size in range(20, 64):
            run({f"r{n}": join() for n in range(size)}, facts, f"raw{size}")
        print("alive")
    """)
    assert (said.returncode, said.stdout) == (-signal.SIGSEGV, "")
    for join in ({"g": ("best", "g", "<")}, {"g": {"$lt": {"best": "g"}}}, {"g": {"$lt": ("best", "g")}}):
        patterns = (Pattern("best", {"k": 1}), Pattern("one", {"k": 2}, joins=join))
        with pytest.raises(InferenceError, match="join of g"):
            Ruleset("r", FIELDS, [Rule("bad", 1, patterns, keep)])


def test_joins_by_equality_stay_within_their_memory():
    """The same memory, the same facts, behind the wrapper: joins that match, and that do not at each place."""
    said = raw("""
        from engine.inference import Pattern, Rule, Ruleset
        fields = {"k": int, "g": int, "x": int, "y": int}
        joins = {name: ("best", name) for name in ("g", "x", "y")}
        patterns = (Pattern("best", {"k": 1}), Pattern("one", {"k": 2}, joins=joins))
        beaten = Rule("beaten", 1, patterns, lambda f: f.decide("one", "beaten"))
        keep = Rule("keep", 9, (Pattern("one", {}, {"k": 0}),), lambda f: f.decide("one", "kept"), last=True)
        facts = [{"k": 1 + (n > 0), "g": 1 + (n & 1), "x": 1 + (n >> 1 & 1), "y": 1 + (n >> 2)} for n in range(8)]
        said = Ruleset("r", fields, [beaten, keep]).decide(facts + [facts[0] | {"k": 2}], "k")
        print(said.count("kept"), said[-1])
    """, MALLOC_PERTURB_="165")  # fmt: skip
    assert (said.returncode, said.stdout) == (0, "8 beaten\n"), said.stderr


def test_an_exception_in_an_action_is_swallowed():
    said = raw("""
        def fail(c): raise ValueError("lost")
        defs = {"fail": {"all": [{"m": {"k": 1}}], "run": fail}}
        rules, errors = run(defs, [{"id": 0, "k": 1}])
        print(all(e is None for e, _ in errors))
    """)
    assert said.stdout.strip() == "True"

    def _fail(firing):
        raise ValueError("lost")

    with pytest.raises(InferenceError, match="lost"):
        decide([{"k": 1, "g": 0}], [Rule("fail", 1, (Pattern("one", {"k": 1}),), _fail)])


def test_division_by_zero_in_a_condition_ends_the_process():
    said = raw("""
        quotient = {"$div": {"$l": {"a": "spend"}, "$r": {"a": "conv"}}}
        defs = {"r": {"all": [{"a": {"k": 1}}, {"b": {"$gt": {"x": quotient}}}], "run": lambda c: None}}
        run(defs, [{"id": n, "k": n + 1, "spend": 10, "conv": 0, "x": 1} for n in range(2)])
        print("alive")
    """)
    assert (said.returncode, said.stdout) == (-signal.SIGFPE, "")
    arithmetic = Pattern("one", {"k": {"$div": {"$l": {"a": "g"}, "$r": {"a": "k"}}}})
    with pytest.raises(InferenceError):
        Ruleset("r", FIELDS, [Rule("bad", 1, (arithmetic,), keep)])


def test_a_bare_absence_never_ends():
    said = raw("""
        def again(c):
            seen.append(1)
            if len(seen) == 5_000:
                print("still going", flush=True)
                os._exit(7)
        run({"none": {"all": [{"m": {"$nex": {"done": 1}}}], "run": again}}, [{"id": 0, "k": 1}])
    """)
    assert (said.returncode, said.stdout) == (7, "still going\n")
    with pytest.raises(InferenceError):
        Ruleset("r", FIELDS, [Rule("bad", 1, (Pattern("one", {"$nex": {"done": 1}}),), keep)])


def test_a_join_on_a_missing_field_fails():
    said = raw("""
        later = {"$and": [{"k": 2}, {"$gt": {"g": {"a": "g"}}}]}
        defs = {"j": {"all": [{"a": {"k": 1}}, {"b": later}], "run": lambda c: None}}
        rules, errors = run(defs, [{"id": 0, "k": 1}, {"id": 1, "k": 2, "g": 1}])
        print([str(e) for e, _ in errors if e])
    """)
    assert "311" in said.stdout
    with pytest.raises(InferenceError, match="declared fields"):
        decide([{"k": 1}])
