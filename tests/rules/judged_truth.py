"""What the rules themselves say about accounts whose truth is known: proposals counted as true or false."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from engine.snapshot import Snapshot
from rules.given import Given
from rules.judge import judge
from rules.judgement import Targets
from rules.loading import LoadedPack
from rules.reporting_lag import LagCurve
from tests.rules.truth import Diary, snapshot_of

MORNING = date(2026, 3, 2)
AT_ONCE = Given(lag={"meta": LagCurve("meta", (1.0,), 100, "restated")})  # no conversion is reported late


@dataclass
class Tally:
    """Flags over several accounts: all proposals, and those sure enough to be carried out without a person."""

    flagged: int = 0
    false: int = 0
    found: int = 0
    bad: int = 0
    sure: int = 0
    sure_false: int = 0

    @property
    def false_share(self) -> float:
        """Share of proposals that are false."""
        return self.false / max(self.flagged, 1)

    @property
    def power(self) -> float:
        """Share of bad ads that are proposed."""
        return self.found / max(self.bad, 1)

    @property
    def sure_false_share(self) -> float:
        """Share of automatic flags that are false."""
        return self.sure_false / max(self.sure, 1)

    def add(self, said: tuple[np.ndarray, np.ndarray], bad: np.ndarray, wanted: np.ndarray | None = None) -> None:
        """Count one judgement; ``wanted`` are the ads whose finding counts as power (all bad ones by default)."""
        flagged, certain = said
        wanted = bad if wanted is None else wanted
        self.flagged += int(flagged.sum())
        self.false += int((flagged & ~bad).sum())
        self.found += int((flagged & wanted).sum())
        self.bad += int(wanted.sum())
        self.sure += int(certain.sum())
        self.sure_false += int((certain & ~bad).sum())


def said_of(
    snapshot: Snapshot, ads: int, morning: date, pack: LoadedPack, cpa: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Which ads (or ad groups of one ad) a rule proposes to act on, and of which it is certain."""
    flagged, certain = np.zeros(ads, bool), np.zeros(ads, bool)
    targets = Targets({} if cpa is None else {"meta": cpa})
    for one in judge(snapshot, morning, packs=[pack], targets=targets, given=AT_ONCE).recommendations:
        if one.subject.level == pack[0].level[-1]:
            flagged[int(one.subject.name)] = True
            certain[int(one.subject.name)] = bool(one.evidence["certain"])
    return flagged, certain


def tally(
    diaries: Iterable[Diary],
    pack: LoadedPack,
    cpa: float | None = None,
    wanted: Callable[[Diary], np.ndarray] | None = None,
) -> Tally:
    """One look at every account."""
    out = Tally()
    for diary in diaries:
        lag = pack[0].window.end_lag_days
        said = said_of(snapshot_of(diary, MORNING - timedelta(days=lag)), len(diary.bad), MORNING, pack, cpa)
        out.add(said, diary.bad, None if wanted is None else wanted(diary))
    return out


@dataclass(frozen=True)
class Looks:
    """Over all accounts: healthy ads, how many of them were ever proposed, and how many bad ones were."""

    healthy: int
    ever_false: int
    ever_certain: int
    bad: int
    ever_found: int

    @property
    def false_share(self) -> float:
        """Share of healthy ads that were proposed on one morning at least."""
        return self.ever_false / max(self.healthy, 1)

    @property
    def certain_share(self) -> float:
        """Share of healthy ads that were certain enough for an automatic action on one morning at least."""
        return self.ever_certain / max(self.healthy, 1)

    @property
    def power(self) -> float:
        """Share of bad ads that were proposed on one morning at least."""
        return self.ever_found / max(self.bad, 1)


def nightly(
    diaries: Sequence[Diary], pack: LoadedPack, first: date, looks: int = 30, cpa: float | None = None
) -> Looks:
    """Thirty mornings from ``first`` on; the diaries end where the last look's window does."""
    counts = np.zeros(5, int)
    last = first + timedelta(days=looks - 1)
    for diary in diaries:
        snapshot, ads = snapshot_of(diary, last - timedelta(days=pack[0].window.end_lag_days)), len(diary.bad)
        ever, sure = np.zeros(ads, bool), np.zeros(ads, bool)
        for look in range(looks):
            flagged, certain = said_of(snapshot, ads, first + timedelta(days=look), pack, cpa)
            ever, sure = ever | flagged, sure | certain
        bad = diary.bad
        counts += [(~bad).sum(), (ever & ~bad).sum(), (sure & ~bad).sum(), bad.sum(), (ever & bad).sum()]
    return Looks(*(int(count) for count in counts))
