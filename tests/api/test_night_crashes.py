"""A night in which the rule engine's C code crashes: that account is asked again, and all the others are done."""

from __future__ import annotations

import json
from datetime import date

import pytest

from api.services.imports import import_file
from api.services.nights import exit_code, run_nights
from engine import fanout
from engine.inference import available
from tests.api.crashing import PLAN, crash_or_decide
from tests.api.lean_nights import make_lean

AS_OF = date(2026, 11, 16)


@pytest.mark.skipif(not available(), reason="durable rules is not built on this machine")
def test_crashes_in_one_account_change_no_decision_of_any(store, sample, tmp_path, monkeypatch):
    """The first account's question crashes once, the second's twice, the third's never; a night that only judges."""
    accounts = ["first", "second", "third"]
    make_lean(monkeypatch)
    exported = next(path for path in sample[1].exports if path.stem == "line-ads")
    for name in accounts:
        import_file(store.account(name, "test"), exported, AS_OF)
    undisturbed = [night.as_dict("zh-TW") for night in run_nights(store, accounts, AS_OF, "test", dry_run=True)]
    plan = tmp_path / "crashes.json"
    plan.write_text(json.dumps([0, [0, 2, 3]]))
    monkeypatch.setenv(PLAN, str(plan))
    monkeypatch.setattr("rules.resolve.decide_rows", crash_or_decide)
    try:
        nights = run_nights(store, accounts, AS_OF, "test")
    finally:
        fanout._drop(crash_or_decide)  # it has this plan for good
    assert exit_code(nights) == 0
    assert json.loads(plan.read_text())[0] == 5, "every question came, the lost ones once more"
    said = [night.as_dict("zh-TW") for night in nights]
    assert [one["judgement"]["resolver"] for one in said] == ["durable_rules", "reference", "durable_rules"]
    codes = [[notice["code"] for notice in one["notices"]] for one in said]
    assert codes == [[], ["rules.resolver.crashed"], []]
    assert all(one["recommendations"] for one in said)
    assert [one["recommendations"] for one in said] == [one["recommendations"] for one in undisturbed]
    assert [one["judgement"]["id"] for one in said] == [one["judgement"]["id"] for one in undisturbed]
