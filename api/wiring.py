"""Decides in which order a night runs: the one place where rules, compliance and optimizer meet."""

from __future__ import annotations

from collections.abc import Sequence

from api.services.monitor import MonitorDelivery
from api.services.night_stages import CheckData, JudgeDelivery, ReadAccount, Reallocate, ScreenCopy
from api.services.night_state import NightState
from engine.pipeline import Stage

NIGHT: Sequence[Stage[NightState]] = (
    ReadAccount(),
    MonitorDelivery(),
    CheckData(),
    JudgeDelivery(),
    ScreenCopy(),
    Reallocate(),
)
