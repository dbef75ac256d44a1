"""Seeded allocation problems of the kinds the optimizer is measured on, and the loader of the shared ones.

A problem is a dict: name, budget, channels (name, family, its parameters, lb, ub, min_if_active?), groups (name, idx,
hi), and ``best`` where a best known objective comes with it. Families: log a*ln(1+x/b); power a*x^p; mm a*x/(k+x);
hill a*(x+c)^s/(k^s+(x+c)^s); logistic a*tanh(l*x/2); tanh a*tanh(x/b). Rows: sum x <= budget, group sums <= hi.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Problem = dict[str, Any]
Array = npt.NDArray[np.float64]
CONCAVE = ("log", "power", "mm", "hill", "logistic", "tanh")
MEAN_SPEND = 1e5
GROUP_SIZE = 10


def draw_concave(size: int, seed: int) -> Problem:
    """An even mix of the six concave families under one budget."""
    rng = np.random.default_rng([seed, size, 1])
    channels = [_channel(rng, CONCAVE[i % 6], i, steep=(0.6, 1.0), reach=4.0) for i in range(size)]
    return _problem(f"concave_n{size}_s{seed}", MEAN_SPEND * size, channels)


def draw_concave_groups(size: int, seed: int) -> Problem:
    """The concave mix with a cap on every ten channels, some tight and some loose, beside a tight budget."""
    problem = draw_concave(size, seed)
    problem["groups"] = _groups(np.random.default_rng([seed, size, 2]), size, MEAN_SPEND)
    return problem | {"name": f"concave_groups_n{size}_s{seed}"}


def draw_s_shaped(size: int, seed: int) -> Problem:
    """Three quarters S-shaped Hill curves (s from 1.5 to 4), one quarter log curves, a scarce budget."""
    rng = np.random.default_rng([seed, size, 3])
    families = ("hill", "hill", "hill", "log")
    channels = [_channel(rng, families[i % 4], i, steep=(1.5, 4.0), reach=3.0) for i in range(size)]
    return _problem(f"sshape_n{size}_s{seed}", 0.55 * MEAN_SPEND * size, channels)


def draw_s_shaped_groups(size: int, seed: int) -> Problem:
    """Half S-shaped, with caps on every ten channels and for two in five a least spend once they are used."""
    rng = np.random.default_rng([seed, size, 4])
    families = ("hill", "log", "hill", "mm")
    channels = [_channel(rng, families[i % 4], i, steep=(1.5, 4.0), reach=3.0) for i in range(size)]
    for channel in channels:
        if rng.random() < 0.4:
            channel["min_if_active"] = 0.15 * channel["ub"]
    groups = _groups(rng, size, 0.5 * MEAN_SPEND)
    return _problem(f"sshape_mia_groups_n{size}_s{seed}", 0.5 * MEAN_SPEND * size, channels, groups)


def _problem(name: str, budget: float, channels: list[Problem], groups: list[Problem] | None = None) -> Problem:
    return {"name": name, "budget": budget, "channels": channels, "groups": groups or []}


def _channel(
    rng: np.random.Generator, family: str, place: int, steep: tuple[float, float], reach: float
) -> dict[str, Any]:
    size = MEAN_SPEND * float(rng.lognormal(0.0, 0.75))  # the spend at which the curve bends
    worth = MEAN_SPEND * float(rng.lognormal(1.2, 0.7))
    upper = reach * MEAN_SPEND * float(rng.lognormal(0.0, 0.28))
    power = float(rng.uniform(0.3, 0.8))
    shape = {
        "log": {"a": 0.6 * worth, "b": 0.65 * size},
        "power": {"a": 0.6 * worth / MEAN_SPEND**power, "p": power},
        "mm": {"a": 1.3 * worth, "k": size},
        "hill": {"a": 1.3 * worth, "k": size, "s": float(rng.uniform(*steep))},
        "logistic": {"a": worth, "l": 2.0 / size},
        "tanh": {"a": worth, "b": size},
    }[family]
    return {"name": f"ch{place}", "family": family, **shape, "lb": 0.0, "ub": upper}


def _groups(rng: np.random.Generator, size: int, mean_spend: float) -> list[Problem]:
    blocks = [list(range(first, min(first + GROUP_SIZE, size))) for first in range(0, size, GROUP_SIZE)]
    return [
        {"name": f"g{place}", "idx": block, "hi": len(block) * mean_spend * float(rng.uniform(0.7, 1.6))}
        for place, block in enumerate(blocks)
    ]


def perturb_problem(problem: Problem, copies: int, seed: int, spread: float = 0.1) -> Problem:
    """``copies`` of a problem side by side, worth and scale of every channel moved by about ``spread``.

    Spends stay in proportion (a scale moves with its bounds), so a copy keeps the shape of the problem it came from.
    """
    rng = np.random.default_rng([seed, copies, 5])
    size, channels, groups = len(problem["channels"]), [], []
    for copy in range(copies):
        for place, channel in enumerate(problem["channels"]):
            worth, scale = rng.lognormal(0.0, spread, 2)
            channels.append(_moved(channel, float(worth), float(scale)) | {"name": f"ch{copy * size + place}"})
        for group in problem.get("groups") or []:
            idx = [copy * size + i for i in group["idx"]]
            groups.append({"name": f"{group['name']}_{copy}", "idx": idx, "hi": group["hi"]})
    name = f"{problem['name']}_x{copies}_s{seed}"
    return _problem(name, problem["budget"] * copies, channels, groups)


def _moved(channel: Problem, worth: float, scale: float) -> Problem:
    moved = dict(channel)
    moved["a"] = channel["a"] * worth / (scale ** channel["p"] if channel["family"] == "power" else 1.0)
    for name in ("b", "k", "c", "lb", "ub", "min_if_active"):
        if channel.get(name) is not None:
            moved[name] = channel[name] * scale
    if "l" in channel:
        moved["l"] = channel["l"] / scale
    return moved


def shared_problems() -> dict[str, Problem]:
    """The shared reference problems by name; empty where that folder is absent."""
    parent = os.environ.get("ADCUE_SHARED") or Path(__file__).resolve().parents[3].parent / "shared"
    return {path.stem: json.loads(path.read_text()) for path in sorted((Path(parent) / "alloc").glob("*.json"))}


@dataclass(frozen=True, slots=True)
class PeriodProblem:
    """Spend per channel and day: worth * season * ln(1 + x / bend), under channel, weekly and total caps.

    ``worth``, ``bend``, ``upper`` (highest spend a day) and ``channel_caps`` by channel; ``season`` is (channels,
    days); ``week`` gives the row of ``weekly_caps`` of every day. ``segments`` straight pieces a curve.
    """

    worth: Array
    bend: Array
    upper: Array
    season: Array
    channel_caps: Array
    week: npt.NDArray[np.int64]
    weekly_caps: Array
    budget: float
    segments: int


def draw_period(seed: int, channels: int = 200, days: int = 90, segments: int = 10) -> PeriodProblem:
    """Daily plans of a quarter: half the channel caps and about half the weekly caps are tight."""
    rng = np.random.default_rng([seed, channels, days])
    bend = rng.lognormal(0.0, 0.7, channels)
    weekday = 1.0 + 0.25 * np.sin(2 * np.pi * (np.arange(days) + rng.uniform(0, 7, (channels, 1))) / 7)
    week = np.arange(days) // 7
    days_in_week = np.bincount(week)
    return PeriodProblem(
        worth=rng.lognormal(1.0, 0.6, channels),
        bend=bend,
        upper=4.0 * rng.lognormal(0.0, 0.3, channels),
        season=weekday * rng.lognormal(0.0, 0.1, (channels, days)),
        channel_caps=days * rng.uniform(0.6, 2.4, channels),
        week=week,
        weekly_caps=channels * days_in_week * rng.uniform(0.75, 1.3, len(days_in_week)),
        budget=0.95 * channels * days,
        segments=segments,
    )
