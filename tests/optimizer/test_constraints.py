"""Every constraint has one public function, a description, a golden model, words, and an example that it decides."""

from __future__ import annotations

import importlib
import inspect
import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.messages import LANGUAGES, sentence_ids
from optimizer.asking import posed_demand
from optimizer.checking import check_demand
from optimizer.constraints import constraints
from optimizer.model import build_model
from tests.optimizer.cases import Example, examples
from tests.optimizer.keeping import RULES, broken
from tests.optimizer.solving import proposed, solved

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "lp"
EXAMPLES = examples()
NAMES = sorted(constraints())
NO_WISH = {"carry_over", "flights", "black_outs"}  # what days and minds are like: nobody can give way
KEPT = 1e-4  # in the unit of each rule: a hundredth of a cent, a ten-thousandth of a result


def built(name: str):
    """The model of the example with nothing but the constraint ``name``."""
    from pyomo.environ import Constraint, Objective

    example = EXAMPLES[name]
    channels = check_demand(example.demand, example.curves)
    model = build_model(posed_demand(example.demand, channels, example.curves))
    for other in list(model.component_objects(Constraint)):
        if other.local_name != name:
            model.del_component(other)
    model.del_component(model.objective)
    model.money = Objective(expr=sum(model.spend.values()))
    return model


def written(name: str) -> str:
    """That model as LP text; its objective is all money, so that every variable is listed with its bounds."""
    from pyomo.repn.plugins.lp_writer import LPWriter

    text = io.StringIO()
    LPWriter().write(built(name), text, symbolic_solver_labels=True)
    return text.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_every_constraint_says_what_it_is(name):
    module = importlib.import_module(f"optimizer.constraints.{name}")
    public = [
        n
        for n, f in inspect.getmembers(module, inspect.isfunction)
        if f.__module__ == module.__name__ and not n.startswith("_")
    ]
    assert public == [name]
    text = inspect.getdoc(getattr(module, name)) or ""
    first, *rest = text.splitlines()
    assert first.endswith(".")
    assert ".. math::" in text
    assert "====" in "".join(rest), "a table of symbols"
    assert (module.__doc__ or "").startswith("Decides ")


@pytest.mark.parametrize("name", NAMES)
def test_every_constraint_matches_its_golden_model(name):
    path = GOLDEN / f"{name}.lp"
    text = written(name)
    if os.environ.get("ADCUE_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), "write it with ADCUE_WRITE_GOLDEN=1 and read it before you commit it"
    assert text == path.read_text(encoding="utf-8")


def test_constraints_goldens_examples_and_checks_are_the_same_set():
    assert NAMES == sorted(EXAMPLES) == sorted(RULES) == sorted(path.stem for path in GOLDEN.glob("*.lp"))


def test_every_constraint_is_in_the_docs():
    page = (Path(__file__).resolve().parents[2] / "docs" / "constraints.md").read_text(encoding="utf-8")
    assert [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")] == NAMES
    assert page.count("```math") == page.count("```text") == page.count("*Example:*") == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_side_of_a_constraint_is_named_in_words(name):
    """The example shows every side that has words, and every side that it shows has them."""
    model = built(name)
    rows = getattr(model, name, None)
    keys = [] if rows is None else [key[0] if isinstance(key, tuple) else "max" for key in rows]
    shown = {key[-3:] for key in keys if key[-3:] in ("min", "max")}
    shown |= {side for (_, side), rule in model.owners.items() if rule == name}
    told = sentence_ids("optimizer")
    words = {side for side in ("min", "max") if f"rule.{name}.{side}" in told}
    assert words == shown
    assert bool(shown) != (name in NO_WISH)
    for side in words:
        assert all(told[f"rule.{name}.{side}"][language].strip() for language in LANGUAGES)


@pytest.mark.parametrize("name", NAMES)
def test_every_example_keeps_its_rule_and_every_other(name):
    example = EXAMPLES[name]
    found, _ = solved(example.demand, example.curves)
    assert {rule: amount for rule in RULES if (amount := broken(found, rule)) > KEPT} == {}


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"carry_over"}))
def test_without_the_rule_its_example_breaks_it(name):
    """So the rule is what decides the example's plan: the best plan that does not know it is not allowed."""
    example = EXAMPLES[name]
    free, better = solved(example.without, example.curves)
    blind = replace(free, demand=example.demand)
    assert broken(blind, name) > max(KEPT, 0.5 if name in ("active_channels", "packages") else 1.0)
    _, kept = solved(example.demand, example.curves)
    assert kept < better


def test_carry_over_changes_the_plan():
    example = EXAMPLES["carry_over"]
    felt, _ = solved(example.demand, example.curves)
    plain, _ = solved(example.without, example.curves_without)
    assert max(abs(felt.spend[cell] - plain.spend[cell]) for cell in felt.spend) > 1_000


@pytest.mark.parametrize("name", NAMES)
def test_results_are_those_of_every_day(name):
    """What a plan brings, with gaps and short weeks, is what its stock brings when it is followed day by day."""
    example = EXAMPLES[name]
    found, objective = solved(example.demand, example.curves)
    assert sum(found.results(channel) for channel in found.channels) == pytest.approx(objective, rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_holds_for_a_plan_by_day(name):
    example: Example = EXAMPLES[name]
    asked = replace(example.demand, by_day=True)
    found, objective = solved(asked, example.curves)
    assert {rule: amount for rule in RULES if (amount := broken(found, rule)) > KEPT} == {}
    assert sum(found.results(channel) for channel in found.channels) == pytest.approx(objective, rel=1e-9)
    assert np.isfinite(objective)


@pytest.mark.parametrize("by_day", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_every_proposal_keeps_every_rule_in_whole_amounts(name, by_day):
    example = EXAMPLES[name]
    found = proposed(replace(example.demand, by_day=by_day), example.curves)
    assert all(amount == round(amount) for amount in found.spend.values())
    assert {rule: amount for rule in RULES if (amount := broken(found, rule)) > KEPT} == {}
