"""Every constraint has one public function, a description with its inequality, and a golden model text."""

from __future__ import annotations

import importlib
import inspect
import io
import os
from datetime import date
from pathlib import Path

import pytest

from engine.messages import sentence_ids
from engine.vocabulary import Period
from optimizer.asking import posed_demand
from optimizer.constraints import constraints
from optimizer.demand import Bounds
from optimizer.model import build_model
from tests.optimizer.cases import demand, three_curves, twd

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "lp"
PERIOD = Period(date(2025, 7, 9), date(2025, 7, 20))
EXAMPLES = {
    "carry_over": {},
    "channel_bounds": {"bounds": {"a": Bounds(twd(10_000), twd(90_000)), "b": Bounds(max=twd(50_000))}},
    "share_caps": {"share_caps": {"b": 0.4}},
    "total_budget": {},
    "weekly_bounds": {"weekly_bounds": {"c": Bounds(twd(700), twd(7_000))}},
    "weekly_total": {"weekly": Bounds(twd(70_000), twd(140_000))},
}


def written(name: str) -> str:
    """The model of the example with nothing but the constraint ``name``, as LP text."""
    from pyomo.environ import Constraint, Objective

    curves = three_curves()
    model = build_model(posed_demand(demand(200_000, PERIOD, **EXAMPLES[name]), ("a", "b", "c"), curves))
    for other in list(model.component_objects(Constraint)):
        if other.local_name != name:
            model.del_component(other)
    model.nothing = Objective(expr=0.0 * next(iter(model.spend.values())))
    text = io.StringIO()
    from pyomo.repn.plugins.lp_writer import LPWriter

    LPWriter().write(model, text, symbolic_solver_labels=True)
    return text.getvalue()


@pytest.mark.parametrize("name", sorted(constraints()))
def test_every_constraint_says_what_it_is(name):
    module = importlib.import_module(f"optimizer.constraints.{name}")
    public = [n for n, f in inspect.getmembers(module, inspect.isfunction) if f.__module__ == module.__name__]
    assert public == [name]
    text = inspect.getdoc(getattr(module, name)) or ""
    assert ".. math::" in text
    assert "====" in text, "a table of symbols"


@pytest.mark.parametrize("name", sorted(constraints()))
def test_every_constraint_matches_its_golden_model(name):
    path = GOLDEN / f"{name}.lp"
    text = written(name)
    if os.environ.get("ADCUE_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), "write it with ADCUE_WRITE_GOLDEN=1 and read it before you commit it"
    assert text == path.read_text(encoding="utf-8")


def test_goldens_examples_and_constraints_are_the_same_set():
    assert sorted(EXAMPLES) == sorted(constraints()) == sorted(path.stem for path in GOLDEN.glob("*.lp"))


@pytest.mark.parametrize("name", sorted(set(constraints()) - {"carry_over"}))
def test_every_rule_can_be_repaired_in_words(name):
    told = sentence_ids("optimizer")
    assert f"repair.{name}.raise" in told
    if name not in ("total_budget", "share_caps"):
        assert f"repair.{name}.lower" in told


@pytest.mark.parametrize("name", sorted(set(constraints()) - {"carry_over", "total_budget"}))
def test_every_rule_that_holds_a_channel_is_told_in_words(name):
    told = sentence_ids("optimizer")
    for side in ("max",) if name == "share_caps" else ("max", "min"):
        for basis in ("", "_assumed"):
            assert f"why.held_{side}.{name}{basis}" in told
