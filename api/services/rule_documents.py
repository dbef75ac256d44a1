"""Decides how a rule of an account, a check and a preview are told: one form for every door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from api.services.lives import flag_line
from api.services.rule_packs import AccountRule, Checked
from engine.messages import Language, Message, render
from engine.packs import package_path
from engine.store.own_rules import OwnRule

if TYPE_CHECKING:
    from rules.loading import LoadedPack
    from rules.previewing import NearMiss, Preview

MOST_SHOWN = 100


def rule_document(one: AccountRule, language: Language) -> dict[str, Any]:
    """One rule as it stands in an account."""
    own = one.own
    shown = _shown(one.loaded, language) if one.loaded is not None else _lost(one)
    return {
        **shown,
        "origin": "own" if one.is_own else "shipped",
        "state": "on" if one.is_on else "unreadable" if one.loaded is None else "off",
        "replaces_shipped": one.is_own and one.shipped is not None,
        "valid_from": own.valid_from.isoformat() if own is not None else None,
        "by": own.by if own is not None else "",
    }


def whole_document(one: AccountRule, versions: Sequence[OwnRule], language: Language) -> dict[str, Any]:
    """The same with its text and every version the account kept, the latest first."""
    text = one.text if one.is_own else (package_path("rules") / "packs" / f"{one.id}.yaml").read_text(encoding="utf-8")
    kept = [
        {
            "version": version.version,
            "hash": version.id,
            "mode": version.mode,
            "text": version.text,
            "valid_from": version.valid_from.isoformat(),
            "valid_to": version.valid_to.isoformat() if version.valid_to is not None else None,
            "by": version.by,
            "at": version.at.isoformat(),
        }
        for version in versions
    ]
    return rule_document(one, language) | {"text": text, "versions": kept}


def trial_document(
    checked: Checked, seen: Preview | None, account: str, language: Language, *, kept: bool
) -> dict[str, Any]:
    """What keeping a rule comes to, with what it would say where that was asked for."""
    return {
        "rule": _shown(checked.loaded, language),
        "replaces_shipped": checked.replaces is not None,
        "kept": kept,
        "notes": [_notice(note, language) for note in checked.notes],
        "preview": None if seen is None else _preview(seen, account, language),
    }


def _shown(loaded: LoadedPack, language: Language) -> dict[str, Any]:
    pack, ref = loaded
    return {
        "id": pack.id,
        "version": pack.version,
        "hash": ref.hash,
        "title": pack.title.told(language),
        "explanation": pack.explanation.told(language),
        "mode": pack.mode,
        "levels": list(pack.level),
        "platforms": list(pack.scope.platform),
        "action": pack.act,
        "priority": pack.priority,
    }


def _lost(one: AccountRule) -> dict[str, Any]:
    """A kept rule that cannot be read any more: only what stands beside its text is known."""
    own = one.own
    return {
        "id": one.id,
        "version": own.version if own is not None else 0,
        "hash": own.id if own is not None else "0" * 64,
        "title": one.id,
        "explanation": "",
        "mode": own.mode if own is not None else "off",
        "levels": [],
        "platforms": [],
        "action": "alert",
        "priority": 0,
    }


def _preview(seen: Preview, account: str, language: Language) -> dict[str, Any]:
    said = seen.judgement.as_dict(language)
    return {
        "as_of": said["as_of"],
        "currency": said["currency"],
        "judged": said["judged"],
        "flagged": [flag_line(account, one) for one in said["recommendations"][:MOST_SHOWN]],
        "no_data": said["no_data"][:MOST_SHOWN],
        "near": [_near(one) for one in seen.near],
        "near_count": seen.near_count,
    }


def _near(one: NearMiss) -> dict[str, Any]:
    who = one.subject
    return {
        "entity": one.entity,
        "platform": who.platform,
        "level": who.level.value,
        "name": who.name,
        "names": dict(who.names),
        "spend": one.spend,
        "conditions": list(one.conditions),
    }


def _notice(message: Message, language: Language) -> dict[str, str]:
    return {"code": message.id, "text": render(message, language)}
