"""Decides how a budget is planned as long work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.jobs.live import Live
from api.jobs.outcome import Outcome, of_record
from api.services.proposals import ProposalRequest, make_proposal
from engine.store.account import AccountStore


def run(account: AccountStore, request: Mapping[str, Any], live: Live) -> Outcome:
    """The plan for the request, kept."""
    live.stage("plan", 0, 1)
    stored = make_proposal(account, ProposalRequest.from_dict(request))
    return of_record(stored)
