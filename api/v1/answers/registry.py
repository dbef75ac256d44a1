"""Answers about the registry of platform accounts."""

from __future__ import annotations

from pydantic import Field

from api.v1.answers.parts import Day, Part


class RegisteredAccount(Part):
    """One account on one platform; null where nothing is told."""

    platform: str = Field(description="The platform.")
    account_id: str = Field(description="Its id there; empty for every account of the platform.")
    credit_left: float | None = Field(description="Credit left on the morning of `credit_on`.")
    credit_on: Day | None = Field(description="The day on which the credit was read off.")
    monthly_budget: float | None = Field(description="What may be spent in a calendar month.")
    token_expires_on: Day | None = Field(description="The day on which the access token expires.")
    token_alert_days: int | None = Field(description="Days ahead that it is named; null for 14.")


class Registry(Part):
    """What is registered; empty where nothing is."""

    accounts: list[RegisteredAccount] = Field(description="One entry an account.")
    valid_from: Day | None = Field(description="First morning it holds for; null where nothing is set.")
