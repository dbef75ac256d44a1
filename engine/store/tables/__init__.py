"""Decides what the database looks like; the migrations build exactly this, which a test compares."""

from engine.store.tables.access import ApiKey, HeaderMap
from engine.store.tables.base import Base, Owned
from engine.store.tables.facts import Entity, Fact, Label
from engine.store.tables.ledger import Account, Coverage, Import, Scope
from engine.store.tables.records import KINDS, Record

__all__ = [
    "KINDS",
    "Account",
    "ApiKey",
    "Base",
    "Coverage",
    "Entity",
    "Fact",
    "HeaderMap",
    "Import",
    "Label",
    "Owned",
    "Record",
    "Scope",
]
