"""Decides what is wrong with the data themselves: broken tracking, days that are missing, periods that do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.messages import Message
from engine.vocabulary import Finding, Level, Severity, Subject
from rules.delivery import NEVER, Delivery
from rules.entities import EPOCH, LevelFacts
from rules.loading import LoadedPack
from rules.pack import LevelName, RulePack, Window
from rules.reporting_lag import curve_of
from rules.signals import SignalSource
from rules.tracking import tracking_breaks
from rules.windows import cut_periods

RECENT_DAYS = 14
ACCOUNT = ("platform", "account_id", "account_name")


def account_subject(platform: str, account_id: str, account_name: str) -> Subject:
    """A platform account, named as far as the export names it."""
    return Subject(
        Level.ACCOUNT, platform, {"account": account_id}, {"account": account_name or account_id or platform}
    )


def tracking_findings(source: SignalSource, packs: Sequence[LoadedPack]) -> tuple[list[Finding], set[str]]:
    """A finding per account whose conversion tracking seems broken, and the keys of those accounts."""
    guarded = [pack for pack, _ in packs if "tracking_break" in pack.guards.skip_if]
    seen: dict[tuple[LevelName, Window], dict[str, Finding]] = {}
    findings: dict[str, Finding] = {}
    for pack in guarded:
        for level in pack.level:
            if (level, pack.window) not in seen:
                seen[level, pack.window] = _broken(source, level, pack.window)
            findings |= seen[level, pack.window]
    return [findings[key] for key in sorted(findings)], set(findings)


def _broken(source: SignalSource, level: LevelName, window: Window) -> dict[str, Finding]:
    """A finding per account, by its key, whose tracking seems broken on one level as of the end of a window."""
    facts, last_day = source.level(level), source.day - window.end_lag_days
    accounts = facts.entities.drop_duplicates("account").set_index("account")
    findings = {}
    lag, target = source.given.lag, source.targets.target_cpa
    for found in tracking_breaks(facts, last_day, window.days, target, lag, source.day):
        who = account_subject(*(str(accounts.at[found.account, name]) for name in ACCOUNT))
        since = EPOCH + timedelta(days=found.since)
        values = {"name": who.name, "since": since.isoformat()}
        numbers = {"clicks": f"{found.clicks:,.0f}", "due": f"{found.due:.1f}"}
        findings[str(accounts.at[found.account, "account_key"])] = Finding(
            code="tracking_break",
            subject=who,
            severity=Severity.WARN,
            reason=Message("rules.finding.tracking_break", {**values, **numbers}),
            evidence={
                "since": since.isoformat(),
                "days": found.days,
                "clicks": found.clicks,
                "conversions_due": round(found.due, 3),
                "lag_basis": curve_of(lag, who.platform).basis,
                "clicks_per_day": round(found.clicks_per_day, 3),
                "clicks_per_day_before": found.clicks_per_day_before,
            },
        )
    return findings


@dataclass(frozen=True, slots=True)
class Looked:
    """Which days of which facts a rule looked at, and the delivery of every entity by the last of them."""

    pack: RulePack
    facts: LevelFacts
    first_day: int
    last_day: int
    delivery: Delivery


def data_findings(looked: Sequence[Looked], as_of: date) -> list[Finding]:
    """Accounts whose rows end before the last day that a rule looks at, and rows no window can hold."""
    found: dict[str, Finding] = {}
    windows = {(one.facts.level, one.first_day, one.last_day): one.facts for one in looked}
    cut = max((cut_periods(facts, first, last) for (_, first, last), facts in windows.items()), default=0)
    for one in looked:
        if "data_incomplete" not in one.pack.guards.skip_if:
            continue
        entities, delivered = one.facts.entities, one.delivery
        late = entities.assign(until=delivered.day)[delivered.data_incomplete].drop_duplicates("account")
        for row in late.to_dict("records"):
            if int(row["until"]) <= NEVER:
                continue  # no row of a single day that early: there is nothing yet that could be late
            until, day = EPOCH + timedelta(days=int(row["until"])), EPOCH + timedelta(days=one.last_day)
            who = account_subject(*(str(row[name]) for name in ACCOUNT))
            key = str(row["account_key"])
            if key not in found or str(found[key].evidence["day"]) < day.isoformat():
                found[key] = _incomplete(who, until, day, as_of)
    findings = [found[key] for key in sorted(found)]
    if cut:
        nobody = Subject(Level.ACCOUNT, "", {}, {})
        findings.append(
            Finding(
                "cut_periods",
                nobody,
                Severity.NOTE,
                Message("rules.finding.cut_periods", {"count": cut}),
                {"rows": cut},
            )
        )
    return findings


def _incomplete(who: Subject, until: date, day: date, as_of: date) -> Finding:
    values = {"name": who.name, "until": until.isoformat(), "day": day.isoformat()}
    return Finding(
        code="data_incomplete",
        subject=who,
        severity=Severity.WARN if (as_of - until).days <= RECENT_DAYS else Severity.NOTE,
        reason=Message("rules.finding.data_incomplete", values),
        evidence={
            "data_end": until.isoformat(),
            "day": day.isoformat(),
            "days_missing": (day - until).days,
        },
    )
