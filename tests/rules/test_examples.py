"""Every rule flags what its own examples say it must, and nothing else."""

from __future__ import annotations

import pytest

from rules.example_checks import judge_example
from rules.loading import shipped_packs

CASES = [
    pytest.param(loaded, example, id=f"{loaded[0].id}-{kind}-{example.name}")
    for loaded in shipped_packs()
    for kind, examples in (("flag", loaded[0].examples.flag), ("pass", loaded[0].examples.silent))
    for example in examples
]


@pytest.mark.parametrize(("loaded", "example"), CASES)
def test_an_example_is_judged_as_it_says(loaded, example):
    said = judge_example(loaded, example)
    assert said.flagged == said.wanted


def test_the_folder_is_the_registry():
    assert [pack.id for pack, _ in shipped_packs()] == sorted(pack.id for pack, _ in shipped_packs())
    assert {"low_ctr_vs_peers", "spend_no_conv", "zero_delivery"} <= {pack.id for pack, _ in shipped_packs()}
    assert all(ref.name == pack.id and len(ref.hash) == 64 for pack, ref in shipped_packs())
