"""Decides what can be asked about an account's work under way: its audit chain, runs, leases and claims."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine.store import audit, claims, leases, runs
from engine.store.acting import Acting
from engine.store.audit import Act, Head, Verdict
from engine.store.claims import Answer
from engine.store.leases import Held
from engine.store.runs import State, StoredRun
from engine.store.tenancy import TALLY


class AccountAudit:
    """The audit chain of one account."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def head(self) -> Head:
        """Where it ends."""
        with self._acting.read() as session:
            return audit.head(session)

    def list(
        self, limit: int = 50, before: int | None = None, action: str | None = None, subject: str | None = None
    ) -> list[Act]:
        """Acts, newest first; ``before`` is the number of the last one already seen."""
        with self._acting.read() as session:
            return audit.list_acts(session, limit, before, action, subject)

    def verify(self, heads: Mapping[int, str] | None = None) -> Verdict:
        """Whether it holds from end to end, and holds every end that was told before."""
        with self._acting.read() as session:
            return audit.verify(session, heads)


class AccountRuns:
    """The long work of one account."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def ask(self, kind: str, request: Mapping[str, Any]) -> StoredRun:
        """A new run that waits to be taken up; the same one again under the same claim."""
        claim = self._acting.claim
        with self._acting.write() as session:
            asked = runs.ask(session, self._acting.actor, kind, request, claim.id if claim is not None else None)
            if claim is not None and session.info[TALLY].acts:
                claims.pass_on(session, claim)
            return asked

    def read(self, name: str) -> StoredRun:
        """The run with this id or short id. NotFoundError where this account has none."""
        with self._acting.read() as session:
            return runs.read(session, name)

    def list(
        self, limit: int = 50, after: str | None = None, state: str | None = None, kind: str | None = None
    ) -> list[StoredRun]:
        """Runs, newest first."""
        with self._acting.read() as session:
            return runs.list_runs(session, limit, after, state, kind)

    def count_open(self) -> int:
        """How many wait or are under way."""
        with self._acting.read() as session:
            return runs.count_open(session)

    def cancel(self, name: str) -> StoredRun:
        """Asks for a run's end. ConflictError where it ended already."""
        with self._acting.write() as session:
            return runs.cancel(session, self._acting.actor, name)

    def begin(self, run: str) -> StoredRun:
        """Takes a run up; the actor's lease must stand."""
        return self._step(lambda session: runs.begin(session, run))

    def tell(self, run: str, stage: str, done: int, total: int) -> StoredRun:
        """Notes how far a run is."""
        return self._step(lambda session: runs.tell(session, run, stage, done, total))

    def end(self, run: str, state: State, outcome: Mapping[str, Any] | None) -> StoredRun:
        """Ends a run."""
        return self._step(lambda session: runs.end(session, run, state, outcome))

    def give_back(self, run: str) -> StoredRun:
        """Puts a run that was interrupted back to wait."""
        return self._step(lambda session: runs.give_back(session, run))

    def _step(self, change: Any) -> StoredRun:
        with self._acting.upkeep() as session:
            for lease in self._acting.held:
                leases.require(session, lease)
            changed: StoredRun = change(session)
            return changed


class AccountLeases:
    """Who works on what in one account."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def take(self, name: str, holder: str, lasting: timedelta) -> Held:
        """The lease on ``name``. ConflictError while another holder has it."""
        with self._acting.read() as session:
            leases.refuse_standing(session, name, holder)
        with self._acting.upkeep() as session:
            return leases.take(session, name, holder, lasting)

    def renew(self, held: Held, lasting: timedelta) -> Held:
        """The lease for longer. ConflictError where it went to another holder."""
        with self._acting.upkeep() as session:
            return leases.renew(session, held, lasting)

    def release(self, held: Held) -> None:
        """Gives the lease back."""
        with self._acting.upkeep() as session:
            leases.release(session, held)


class AccountClaims:
    """Requests under an Idempotency-Key."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def find(self, claim: str) -> Answer | None:
        """What is known of a key; None when it is new."""
        with self._acting.read() as session:
            return claims.find(session, claim)

    def answer(self, status: int, headers: Mapping[str, str], body: str) -> None:
        """Keeps the answer to the request that holds the actor's claim."""
        if self._acting.claim is None:
            raise ValueError("no claim is held")
        with self._acting.upkeep() as session:
            claims.answer(session, self._acting.claim, self._acting.actor, status, headers, body)
