"""Whether a curve is S-shaped, and how well it foretells weeks it has not seen."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from optimizer.curves.curve_set import ChannelCurve
from optimizer.fitting import fit_curves
from tests.optimizer.simulator import simulate


@pytest.mark.parametrize("family", ["mixed", "power"])
def test_a_concave_channel_is_seldom_taken_for_an_s(family):
    found = [
        curve.shape
        for seed in range(4)
        for curve in fit_curves(simulate(seed, family, variation=0.6).history).curves.values()
    ]
    assert np.mean([shape == "s_shaped" for shape in found]) <= 0.05


def test_a_strong_s_is_found_and_turns_once():
    shapes, errors = [], []
    for seed in range(3):
        made = simulate(seed, "s_shaped", variation=0.6)
        curves = fit_curves(made.history).curves
        for channel in made.channels:
            known = curves[channel.name]
            shapes.append(known.shape)
            spend = 7.0 * channel.usual * np.array([0.7, 1.0, 1.5])
            errors.append(np.abs(np.log(known.curve.value(spend) / (7.0 * channel.daily(spend / 7.0)))).mean())
            bend = np.diff(known.curve.value(np.linspace(0.0, 4.0, 200) * 7.0 * channel.usual), 2)
            signs = np.sign(bend[np.abs(bend) > 1e-9 * np.abs(bend).max()])
            assert (np.diff(signs) != 0).sum() == (known.shape == "s_shaped")
    assert np.mean([shape == "s_shaped" for shape in shapes]) >= 0.6
    assert np.median(errors) < 0.1


def test_skill_is_high_where_spend_explains_results_and_nil_where_it_does_not_vary():
    loud = fit_curves(simulate(0, "power", variation=0.6, together=0.0).history).curves.values()
    flat = fit_curves(simulate(0, "power", variation=0.02, together=0.0).history).curves.values()
    assert np.median([curve.skill for curve in loud]) > 0.4
    assert abs(np.median([curve.skill for curve in flat])) < 0.2
    assert {curve.weeks_tested for curve in loud} == {9}


@pytest.mark.parametrize(("weeks", "tested"), [(10, 0), (12, 0), (13, 4), (16, 6)])
def test_a_short_history_has_no_skill(weeks, tested):
    curves = fit_curves(simulate(0, "mixed", weeks=weeks).history).curves
    assert {(curve.basis, curve.weeks_tested) for curve in curves.values()} == {("fitted", tested)}
    assert all((curve.skill is None) == (tested == 0) for curve in curves.values())


def test_documents_from_before_are_read_and_keep_their_hash():
    known = fit_curves(simulate(0, "mixed", weeks=10).history).curves["p0/t0"]
    before = known.as_dict()
    assert not {"shape", "skill", "weeks_tested", "lift_tests"} & before.keys()
    assert ChannelCurve.from_dict(before).as_dict() == before
    later = dataclasses.replace(known, shape="s_shaped", skill=0.25, weeks_tested=9)
    assert ChannelCurve.from_dict(later.as_dict()).as_dict() == later.as_dict()
