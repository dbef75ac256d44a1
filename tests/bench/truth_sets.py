"""Spend, results and the true response behind them: published processes, laid-on truths and made-up advertisers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from optimizer.history import WeeklyHistory
from tests.optimizer.simulator import Advertiser

MONDAY = pd.Timestamp("2022-01-03")


@dataclass(frozen=True)
class TruthSet:
    """Weekly spend (weeks, channels) and each channel's true weekly response to settled spend.

    ``total``: one result for all channels over a baseline, with ``controls``; ``history``: a result per channel.
    ``contributions``: true results per channel over the whole span, in an ordinary season.
    """

    names: tuple[str, ...]
    respond: tuple[Callable[[np.ndarray], np.ndarray], ...]
    spend: np.ndarray
    contributions: np.ndarray
    total: np.ndarray | None = None
    controls: np.ndarray | None = None
    history: WeeklyHistory | None = None


def settled(spend: np.ndarray, theta: float, reach: int | None = None) -> np.ndarray:
    """Geometric adstock of weekly spend, normalised; cut after ``reach`` weeks where given."""
    weights = theta ** np.arange(reach or 52)
    return np.convolve(spend, weights / weights.sum())[: len(spend)]


def pymc_example(folder: Path) -> TruthSet:
    """mmm_example.csv with the parameters of its published generating process (PyMC-Marketing's example notebook)."""
    frame = pd.read_csv(folder / "pymc_marketing" / "mmm_example.csv")
    respond = (lambda x: 3000.0 * np.tanh(2.0 * x), lambda x: 2000.0 * np.tanh(1.5 * x))
    spend = frame[["x1", "x2"]].to_numpy()
    stock = (settled(spend[:, 0], 0.4, 8), settled(spend[:, 1], 0.2, 8))
    return TruthSet(
        ("x1", "x2"),
        respond,
        spend,
        np.array([float(f(x).sum()) for f, x in zip(respond, stock, strict=True)]),
        total=frame["y"].to_numpy(),
        controls=frame[["event_1", "event_2"]].to_numpy(dtype=np.float64),
    )


def meridian_spend(folder: Path) -> pd.DataFrame:
    """National weekly spend of Meridian's simulated channels; their truth is not published."""
    frame = pd.read_csv(folder / "meridian_simulated" / "geo_all_channels.csv")
    columns = [name for name in frame if name.endswith("_spend")]
    return frame.groupby("time")[columns].sum().rename(columns=lambda name: name.removesuffix("_spend"))


def robyn_spend(folder: Path) -> pd.DataFrame:
    """Weekly spend of Robyn's demo data; its truth is not published."""
    frame = pd.read_csv(folder / "robyn_simulated" / "dt_simulated_weekly.csv")
    return frame[[name for name in frame if name.endswith("_S")]].rename(columns=lambda name: name.removesuffix("_S"))


def laid_on(spend: pd.DataFrame, seed: int, *, s_shaped: Sequence[str] = ()) -> TruthSet:
    """A truth of our own laid over real spend: Hill responses of slope 1 (3 for ``s_shaped``), geometric adstock.

    Media make about half of the total; the rest is a level, a trend and a yearly season. Noise is 4 % of the total and,
    for the channels' own results, negative binomial with 8 % a week on top.
    """
    rng = np.random.default_rng(seed)
    table, names, weeks = spend.to_numpy(dtype=np.float64), tuple(map(str, spend.columns)), len(spend)
    respond, stocks = [], []
    for number, name in enumerate(names):
        usual = float(table[table[:, number] > 0, number].mean())
        s, half = (3.0, 0.8 * usual) if name in s_shaped else (1.0, usual * float(np.exp(rng.uniform(-1.0, 1.0))))
        scale = float(rng.uniform(500.0, 3000.0))
        respond.append(lambda x, s=s, k=half, a=scale: a * x**s / (k**s + x**s))
        stocks.append(settled(table[:, number], float(rng.uniform(0.0, 0.5))))
    true = np.array([f(x) for f, x in zip(respond, stocks, strict=True)])
    at = np.arange(weeks)
    season = 0.12 * np.sin(2.0 * np.pi * (at / 52.0 + rng.random()))
    base = true.sum(axis=0).mean() * (1.0 + season + 0.1 * at / weeks)
    total = base + true.sum(axis=0)
    total = total + 0.04 * total.mean() * rng.normal(size=weeks)
    mean = true * np.exp(season + 0.08 * rng.normal(size=true.shape))
    own = rng.negative_binomial(60.0, 60.0 / (60.0 + np.maximum(mean, 1e-9)))
    frame = pd.DataFrame(
        {
            "channel": np.repeat(names, weeks),
            "week": np.tile(MONDAY + pd.to_timedelta(7 * at, unit="D"), len(names)),
            "spend": table.T.ravel(),
            "result": own.ravel().astype(np.float64),
            "complete": True,
        }
    )
    history = WeeklyHistory(frame, (), "conversions", "TWD", {}, None)
    return TruthSet(names, tuple(respond), table, true.sum(axis=1), total=total, history=history)


def made_up(advertiser: Advertiser) -> TruthSet:
    """An advertiser of ``tests.optimizer.simulator``: a result per channel, days known."""
    names = tuple(channel.name for channel in advertiser.channels)
    daily = advertiser.daily.pivot(index="day", columns="channel", values="spend")[list(names)].to_numpy()
    true = [c.daily(c.stock(daily[:, i], c.usual)).sum() for i, c in enumerate(advertiser.channels)]
    respond = tuple((lambda x, c=c: 7.0 * c.daily(x / 7.0)) for c in advertiser.channels)
    weekly = daily.reshape(-1, 7, len(names)).sum(axis=1)
    return TruthSet(names, respond, weekly, np.array(true), history=advertiser.history)
