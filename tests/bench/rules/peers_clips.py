"""clipspy (CLIPS): a template fact a row, a rule a condition, run in batches that are retracted by a reset."""

from __future__ import annotations

import time
from typing import Any

from tests.bench.rules.peers import Work

BATCH = 500


def _test(rule: Any) -> str:
    kind, *rest = rule
    if kind in ("all", "any"):
        parts = [_test(part) for part in rest[0]]
        return parts[0] if len(parts) == 1 else f"({'and' if kind == 'all' else 'or'} {' '.join(parts)})"
    left, op, right, times = rest
    sign = {"==": "=", "!=": "<>"}.get(op, op)
    told = f"?{right}" if isinstance(right, str) else repr(float(right))
    held = f"(* {told} {times!r})" if times != 1.0 else told
    known = [f"(neq ?{left} nil)", *([f"(neq ?{right} nil)"] if isinstance(right, str) else [])]
    return f"(and {' '.join(known)} ({sign} ?{left} {held}))"


def _names(rule: Any) -> set[str]:
    kind, *rest = rule
    if kind in ("all", "any"):
        return set().union(*(_names(part) for part in rest[0]))
    return {rest[0], *([rest[2]] if isinstance(rest[2], str) else [])}


def run(work: Work, count: int) -> tuple[float, int]:
    """Seconds for ``count`` facts, and matches."""
    import clips

    environment, matches = clips.Environment(), [0]

    def met() -> None:
        matches[0] += 1

    environment.define_function(met)
    environment.build(f"(deftemplate ad {' '.join(f'(slot {name})' for name in work.columns)})")
    for at, rule in enumerate(work.rules):
        slots = " ".join(f"({name} ?{name})" for name in sorted(_names(rule)))
        environment.build(f"(defrule r{at} (ad {slots}) (test {_test(rule)}) => (met))")
    template = environment.find_template("ad")
    nothing = clips.Symbol("nil")
    facts = [{name: nothing if value is None else value for name, value in fact.items()} for fact in work.facts(count)]
    begun = time.perf_counter()
    for start in range(0, len(facts), BATCH):
        for fact in facts[start : start + BATCH]:
            template.assert_fact(**fact)
        environment.run()
        environment.reset()
    return time.perf_counter() - begun, matches[0]
