"""Every rule flags what its own examples say it must, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from engine.snapshot import Snapshot
from rules.examples import example_facts, example_given
from rules.judge import judge
from rules.loading import shipped_packs

AS_OF = date(2026, 3, 2)
CASES = [
    pytest.param(loaded, example, id=f"{loaded[0].id}-{kind}-{example.name}")
    for loaded in shipped_packs()
    for kind, examples in (("flag", loaded[0].examples.flag), ("pass", loaded[0].examples.silent))
    for example in examples
]


@pytest.mark.parametrize(("loaded", "example"), CASES)
def test_an_example_is_judged_as_it_says(loaded, example):
    lowest = loaded[0].level[-1]
    facts, expected = example_facts(example, AS_OF, lowest)
    targets, given = example_given(example, AS_OF, lowest)
    said = judge(Snapshot("x", AS_OF, "TWD", facts, "h"), AS_OF, packs=[loaded], targets=targets, given=given)
    flagged = {r.subject.name for r in said.recommendations if r.subject.level == lowest}
    assert flagged == expected


def test_the_folder_is_the_registry():
    assert [pack.id for pack, _ in shipped_packs()] == sorted(pack.id for pack, _ in shipped_packs())
    assert {"low_ctr_vs_peers", "spend_no_conv", "zero_delivery"} <= {pack.id for pack, _ in shipped_packs()}
    assert all(ref.name == pack.id and len(ref.hash) == 64 for pack, ref in shipped_packs())
