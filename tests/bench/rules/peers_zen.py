"""zen-engine (GoRules): one expression node that answers every rule, evaluated a fact at a time."""

from __future__ import annotations

import json
import time

from tests.bench.rules.peers import Work


def run(work: Work, count: int) -> tuple[float, int]:
    """Seconds for ``count`` facts, and matches."""
    import zen

    answers = [
        {"id": f"r{at}", "key": f"r{at}", "value": work.text(rule, "and", "or")} for at, rule in enumerate(work.rules)
    ]
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "rules", "type": "expressionNode", "name": "rules", "content": {"expressions": answers}},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": "a", "type": "edge", "sourceId": "in", "targetId": "rules"},
        {"id": "b", "type": "edge", "sourceId": "rules", "targetId": "out"},
    ]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    facts = work.facts(count)
    begun = time.perf_counter()
    matches = sum(sum(map(bool, decision.evaluate(fact)["result"].values())) for fact in facts)
    return time.perf_counter() - begun, matches
