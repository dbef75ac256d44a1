"""Decides that one piece of work at a time is done on an account: under a lease, given back when it is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from engine.store.account import AccountStore
from engine.store.leases import this_process

LASTING = timedelta(minutes=10)


@contextmanager
def leased(account: AccountStore, name: str, thread: str = "") -> Iterator[AccountStore]:
    """The account, writing only while the lease on ``name`` stands. Raises ConflictError while another has it.

    A holder that was killed on this machine frees it at once; one on another machine after ten minutes.
    """
    held = account.leases.take(name, this_process(thread), LASTING)
    try:
        yield account.under(held)
    finally:
        account.leases.release(held)
