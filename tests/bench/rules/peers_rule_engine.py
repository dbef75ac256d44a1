"""rule-engine (typed expressions): every rule parsed once, every fact matched against every rule."""

from __future__ import annotations

import time

from tests.bench.rules.peers import Work


def run(work: Work, count: int) -> tuple[float, int]:
    """Seconds for ``count`` facts, and matches."""
    import rule_engine

    kinds = dict.fromkeys(work.columns, rule_engine.DataType.FLOAT)
    context = rule_engine.Context(type_resolver=rule_engine.type_resolver_from_dict(kinds))
    rules = [rule_engine.Rule(work.text(rule, "and", "or"), context=context) for rule in work.rules]
    facts = work.facts(count)
    begun = time.perf_counter()
    matches = sum(rule.matches(fact) for fact in facts for rule in rules)
    return time.perf_counter() - begun, matches
