"""Decides what the database looks like; the migrations build exactly this, which a test compares."""

from engine.store.tables.access import ApiKey, HeaderMap
from engine.store.tables.audit import AuditEntry
from engine.store.tables.base import Base, Owned
from engine.store.tables.facts import Entity, Fact, Label
from engine.store.tables.ledger import Account, Coverage, Import, Scope
from engine.store.tables.life import ActionStep, EntityState, Episode
from engine.store.tables.nights import NightRun
from engine.store.tables.people import Invitation, LoginSession, Membership, Person
from engine.store.tables.probes import Probe
from engine.store.tables.records import KINDS, Record
from engine.store.tables.rules import RuleVersion
from engine.store.tables.work import Claim, Decision, Lease, Run

__all__ = [
    "KINDS",
    "Account",
    "ActionStep",
    "ApiKey",
    "AuditEntry",
    "Base",
    "Claim",
    "Coverage",
    "Decision",
    "Entity",
    "EntityState",
    "Episode",
    "Fact",
    "HeaderMap",
    "Import",
    "Invitation",
    "Label",
    "Lease",
    "LoginSession",
    "Membership",
    "NightRun",
    "Owned",
    "Person",
    "Probe",
    "Record",
    "RuleVersion",
    "Run",
    "Scope",
]
