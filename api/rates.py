"""Decides how often someone may ask: per key or session, per address without one, per login name; more gets 429."""

from __future__ import annotations

import math
import time
from functools import cached_property

from flask import Flask, current_app
from limits import RateLimitItem, parse_many
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from api.rate_storage import ProcessStorage
from engine.errors import AdcueError, SettingError
from engine.settings import Settings
from engine.vocabulary import content_hash


class RateError(AdcueError):
    """Asked too often; ``seconds`` until the next try counts."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__("api.rate.exceeded", seconds=seconds)


class Rates:
    """Counts what is asked, in this process or, where several serve, in one place for all."""

    def __init__(self, configured: Settings) -> None:
        self._settings = configured
        self._counter = FixedWindowRateLimiter(_storage(configured.rate_storage))

    def caller(self, who: str) -> None:
        """Counts a request of a key or session. Raises RateError beyond its rate."""
        self._count(self._per_key, "caller", who)

    def address(self, address: str) -> None:
        """Counts a request without a key or session. Raises RateError beyond its rate."""
        self._count(self._per_address, "address", address)

    def login(self, name: str, address: str) -> None:
        """Counts an attempt to log in under a name, known or not, from an address; the name itself is not kept.

        The name alone is counted more loosely: nobody is kept out for long because someone else tries their name.
        """
        hidden = content_hash(name.strip().casefold())
        self._count(self._per_login, "login", hidden, address)
        self._count(self._per_name, "name", hidden)

    @cached_property
    def _per_key(self) -> list[RateLimitItem]:
        return parse_many(self._settings.rate_per_key)

    @cached_property
    def _per_address(self) -> list[RateLimitItem]:
        return parse_many(self._settings.rate_per_address)

    @cached_property
    def _per_login(self) -> list[RateLimitItem]:
        return parse_many(self._settings.rate_per_login)

    @cached_property
    def _per_name(self) -> list[RateLimitItem]:
        return parse_many(self._settings.rate_per_name)

    def _count(self, items: list[RateLimitItem], *who: str) -> None:
        for item in items:
            if not self._counter.hit(item, *who):
                resets = self._counter.get_window_stats(item, *who).reset_time
                raise RateError(max(1, math.ceil(resets - time.time())))


def _storage(place: str) -> Storage:
    if place == "process://":
        return ProcessStorage()
    kept = storage_from_string(place)
    if not isinstance(kept, Storage):
        raise SettingError("engine.setting.invalid", name="ADCUE_RATE_STORAGE", detail="async storage")
    return kept


def rates() -> Rates:
    """The counters of the application under way."""
    counted: Rates = current_app.extensions["adcue.rates"]
    return counted


def count_requests(app: Flask, configured: Settings) -> None:
    """Gives ``app`` its counters."""
    app.extensions["adcue.rates"] = Rates(configured)
