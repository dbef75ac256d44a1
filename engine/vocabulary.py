"""Decides the words every package shares: levels, periods, subjects, citations and findings.

All are frozen, slotted dataclasses. A ``Finding`` is the one currency between stages, reports and console.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import orjson

from engine.messages import Message


class Severity(StrEnum):
    """How much a finding weighs: block > warn > note."""

    BLOCK = "block"
    WARN = "warn"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 is the heaviest."""
        return ("block", "warn", "note").index(self.value)


class Level(StrEnum):
    """The level of an advertising account a fact or a rule is about."""

    ACCOUNT = "account"
    CAMPAIGN = "campaign"
    AD_GROUP = "ad_group"
    AD = "ad"
    PLACEMENT = "placement"
    COPY = "copy"


class Certainty(StrEnum):
    """How sure a legal source is."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Period:
    """Calendar days from ``start`` to ``end``, both included, in the account's time zone."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days it covers."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about."""

    level: Level
    platform: str
    ids: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name people call it by, the most specific one known."""
        return list(self.names.values())[-1] if self.names else "/".join(self.ids.values())


@dataclass(frozen=True, slots=True)
class Citation:
    """An article of a law: number and paragraph as architecture.md writes them (article "28", paragraph "1")."""

    law: str
    article: str
    paragraph: str | None
    title: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class PackRef:
    """Which pack decided: its name, version and content hash."""

    name: str
    version: str
    hash: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: what, about whom, how grave, why, on which evidence and under which article."""

    code: str
    subject: Subject
    severity: Severity
    reason: Message
    evidence: Mapping[str, Any] = field(default_factory=dict)
    citations: tuple[Citation, ...] = ()
    because: tuple[str, ...] = ()
    pack: PackRef | None = None

    @property
    def id(self) -> str:
        """Content hash: the same finding on the same data has the same id."""
        return content_hash(asdict(self))


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def content_hash(value: object) -> str:
    """SHA-256 of the canonical JSON of ``value`` (sorted keys, no spaces, dates as ISO text), in hex."""
    text = _CANONICAL.encode(value)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def text_hash(*parts: str | int) -> str:
    """``content_hash`` of a list of texts and whole numbers, for those who need tens of thousands."""
    try:
        return hashlib.sha256(orjson.dumps(parts)).hexdigest()
    except TypeError:  # half a character, or a number above 64 bits
        return content_hash(parts)


def short_id(prefix: str, full_hash: str) -> str:
    """The human short id of a content hash, such as ``P-7f3a9c``."""
    return f"{prefix}-{full_hash[:6]}"
