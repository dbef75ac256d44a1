"""Decides what a unit more money in each cell adds to the outcomes, carry-over into later steps included."""

from __future__ import annotations

import numpy as np

from optimizer.curves.curve import Array
from optimizer.model import Posed


def outcome_gradient(posed: Posed, plan: Array, weights: Array) -> Array:
    """Per cell, the change of ``weights`` (over columns) times the outcome columns with a unit of its spend.

    What a step leaves behind is worth what the later steps make of it, so the steps are walked backwards.
    """
    problem, task = posed.problem, posed.task
    felt, _ = problem.felt(plan)
    at = np.array([felt[cell] for cell in problem.cells])
    slope = np.zeros(len(problem.cells))
    for link in task.links:
        own = np.where(link.columns >= 0, weights[link.columns], 0.0)
        if np.any(own):
            slope += own * task.banks[link.result].slope(np.maximum(at, 1e-9))
    grid = np.zeros_like(plan)
    for cell, value in zip(problem.cells, slope, strict=True):
        grid[cell] = value
    steps, later, out = problem.steps, np.zeros(len(plan)), np.zeros_like(plan)
    for week in reversed(range(plan.shape[1])):
        out[:, week] = grid[:, week] * steps.from_spend[:, week] + later * steps.add[:, week]
        later = grid[:, week] * steps.from_stock[:, week] + later * steps.keep[:, week]
    return np.array([out[cell] for cell in problem.cells])
