"""Decides how a night is remembered while it runs, and which kept night is the latest one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from api.problems import problem
from api.speech import said
from api.unforeseen import unexpected
from engine.errors import AdcueError
from engine.logs import logger
from engine.store.account import AccountStore
from engine.store.nights import Ended, StoredNight
from engine.store.records import Stored

_LOG = logger("night")
OnStage = Callable[[str, int, int], None]


@dataclass(slots=True)
class Remembered:
    """A night under way: each stage is noted before it begins; it is ended once, with its document."""

    account: AccountStore
    night: StoredNight
    on_stage: OnStage | None
    is_stopped: bool = False

    def stage(self, name: str, done: int, total: int) -> None:
        """Notes that a stage begins. Whoever follows the night may end it here, which is no failure of its own."""
        if self.on_stage is not None:
            self.is_stopped = True
            self.on_stage(name, done, total)
            self.is_stopped = False
        self.account.nights.tell(self.night.id, name)

    def end(self, state: Ended, night_id: str) -> None:
        """Notes how it ended and the id of its document."""
        self.account.nights.end(self.night.id, state, night_id)


@contextmanager
def remembered(
    account: AccountStore, as_of: date, *, replay: bool, on_stage: OnStage | None = None
) -> Iterator[Remembered]:
    """The night, begun in the account's history. A failure is noted with what is told of it; a kill leaves it open."""
    following = Remembered(account, account.nights.begin(as_of, replay=replay), on_stage)
    try:
        yield following
    except Exception as error:
        if not following.is_stopped:
            _note_failure(following, error if isinstance(error, AdcueError) else unexpected(error))
        raise


def _note_failure(following: Remembered, error: AdcueError) -> None:
    told = said(lambda language: problem(error, language))
    try:
        following.account.nights.end(following.night.id, "failed", problem=told)
    except AdcueError as second:  # a store that is away, or another holder's lease: the first error is told either way
        _LOG.warning("night_not_noted", code=second.code)


def latest_night(account: AccountStore) -> Stored | None:
    """The document of the night that was kept last, replays aside; None where there is none."""
    after: str | None = None
    while found := account.list("night", 1, after):  # nearly always the first, and one may be megabytes
        if not any(document.get("replay") for document in found[0].document.values()):
            return found[0]
        after = found[0].id
    return None
