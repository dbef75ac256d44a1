"""Decides how a night is told: files, notices, what is advised, alerts, copy screened, the plan; once a language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.services.lives import flag_line
from api.services.night_state import NightFile, NightState
from api.services.screenings import screening_document
from engine.messages import Language, render
from engine.vocabulary import Finding


def document_of(state: NightState, language: Language) -> dict[str, Any]:
    """Everything a night came to, in one language."""
    judged = state.judgement.as_dict(language) if state.judgement is not None else None
    recommendations = judged.pop("recommendations") if judged else []
    return {
        "as_of": state.as_of.isoformat(),
        "dry_run": state.dry_run,
        "replay": state.replay,
        "files": [_file(one, language) for one in state.files],
        "notices": [{"code": notice.id, "text": render(notice, language)} for notice in state.notices],
        "recommendations": [flag_line(state.account.name, one) for one in recommendations],
        "alerts": [_alert(state.account.name, one, language) for one in all_findings(state)],
        "judgement": judged,
        "screenings": [screening_document(s, source, None, language) for source, s in state.screenings],
        "reallocation": state.reallocation.as_dict(language) if state.reallocation is not None else None,
    }


def all_findings(state: NightState) -> list[Finding]:
    """What the stages and the rules found wrong with the account itself, the gravest first."""
    judged = state.judgement.findings if state.judgement is not None else ()
    return sorted((*state.findings, *judged), key=lambda one: one.severity.rank)


def key_of(state: NightState) -> dict[str, Any]:
    """What makes two nights the same: the day, the facts, and what was said about them."""
    plan = state.reallocation.as_dict("en")["channels"] if state.reallocation is not None else None
    return {
        "as_of": state.as_of.isoformat(),
        "replay": state.replay,
        "snapshot": state.snapshot.hash if state.snapshot is not None else None,
        "judgement": state.judgement.id if state.judgement is not None else None,
        "findings": [one.id for one in state.findings],
        "screenings": [[source, [one.as_dict("en") for one in s]] for source, s in state.screenings],
        "plan": plan,
        "refused": [file.file for file in state.files if file.status == "refused"],
    }


def _file(one: NightFile, language: Language) -> dict[str, Any]:
    told = one.problem[language] if one.problem else None
    return {"file": one.file, "status": one.status, "rows": one.rows, "problem": told}


def _alert(account: str, finding: Finding, language: Language) -> dict[str, Any]:
    """A finding in the form of a recommendation: it asks for a look, and nothing else is done about it."""
    subject, pack = finding.subject, finding.pack
    rule: Mapping[str, Any] = {
        "name": finding.code,
        "version": pack.version if pack else None,
        "hash": pack.hash if pack else None,
    }
    return {
        "account": account,
        "platform": subject.platform,
        "level": subject.level.value,
        "name": subject.name,
        "ids": dict(subject.ids),
        "names": dict(subject.names),
        "id": finding.id,
        "rule": rule,
        "action": "alert",
        "decision": "kept",
        "severity": finding.severity.value,
        "reason": render(finding.reason, language),
        "evidence": dict(finding.evidence),
    }
