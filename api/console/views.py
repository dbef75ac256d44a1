"""Decides what each part of the page shows: kept documents turned into rows, sentences and chart numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from api.console.charts import proposal_charts
from api.console.request_fields import PARTS, form_values, not_in_form
from api.console.worklist import today_view
from api.dates import today
from api.finding_words import article, merged_spans, unsettled
from api.media import channel_name
from api.services.background import REACH
from api.services.copy_rows import format_names
from api.services.imports import stored_import
from api.services.morning import alerts_in
from api.services.night_history import latest_night
from api.services.proposal_words import result_label
from api.services.screenings import TRIAL, undecided_blocks
from api.speech import told
from compliance.catalogue_rules import rule_codes
from compliance.categories import categories
from engine.messages import Language, Message, render
from engine.metrics import metrics
from engine.store.account import AccountStore
from engine.store.records import Stored

MOST_FLAGS = 40
MOST_COPY = 40
DEFAULT_WEEKS = 13
UNSPENT = "optimizer.unspent."


def home_view(account: AccountStore, proposal_id: str | None, language: Language) -> dict[str, Any]:
    """Everything on the page."""
    proposals = account.list("proposal", limit=20)
    asked = [one for one in proposals if one.document[language]["origin"] == "planner"] or proposals
    stored = account.get("proposal", proposal_id) if proposal_id else next(iter(asked), None)
    proposal = proposal_view(account, stored, language) if stored is not None else None
    return {
        "account": account.name,
        "proposal": proposal,
        "proposals": [{"short_id": p.short_id, "created_at": p.created_at.isoformat()} for p in proposals[:8]],
        "form": _form(proposal, language),
        "night": night_view(account, language),
        "today": today_view(account),
        "screening": _latest_copy(account, language),
        "products": [(name, words[language]) for name, words in categories().items()],
        "formats": format_names(language),
        "imports": import_view(account),
    }


def _form(proposal: Mapping[str, Any] | None, language: Language) -> dict[str, Any]:
    """What the proposal form starts with: the last request, else the next thirteen weeks."""
    asked = proposal["request"] if proposal is not None else {}
    start = today() + timedelta(days=7 - today().weekday())
    end = start + timedelta(days=7 * DEFAULT_WEEKS - 1)
    additive = [name for name, metric in metrics().items() if metric.additive and name != "spend"]
    return {
        "results": [(name, result_label(name, language)) for name in (*additive, REACH)],
        "budget": f"{float(asked['budget']):,.0f}" if "budget" in asked else "",
        "start": asked.get("start", start.isoformat()),
        "end": asked.get("end", end.isoformat()),
        "result": asked.get("result", "conversions"),
        "parts": PARTS,
        "typed": form_values(asked, language),
        "left_out": [render(Message(f"api.demand.{name}"), language) for name in not_in_form(asked)],
    }


def proposal_view(account: AccountStore, stored: Stored, language: Language) -> dict[str, Any]:
    """A proposal with its rows ordered by money, its charts, and whether copy holds its cue sheet back."""
    document = told(stored, language)
    channels = sorted(document["channels"], key=lambda c: -c["spend"])
    for channel in channels:
        channel["name"] = channel_name(channel["channel"], language)
        channel["moved"] = channel["spend"] - channel["current_spend"]
        channel["share"] = channel["spend"] / document["allocated"] if document["allocated"] else None
    aside = [warning for warning in document["warnings"] if not warning["code"].startswith(UNSPENT)]
    return document | {
        "channels": channels,
        "current_total": sum(channel["current_spend"] for channel in channels),
        "more": document["objective"] - document["current_objective"],
        "kind_of_goal": goal_of(document),
        "why_unspent": [w["text"] for w in document["warnings"] if w["code"].startswith(UNSPENT)],
        "notes": [warning["text"] for warning in aside],
        "charts": proposal_charts(document | {"channels": channels}, language),
        **decision_view(account, stored),
    }


def goal_of(document: Mapping[str, Any]) -> str:
    """What the plan was made for, as its first sentence puts it: most, on_top, least_spend, profit, net or several."""
    name: str = document.get("objective_name", "results")
    if document["request"].get("on_top") is not None and name == "results":
        return "on_top"
    return {"results": "most", "weighted": "several", "afterwards": "several"}.get(name, name)


def decision_view(account: AccountStore, stored: Stored) -> dict[str, Any]:
    """Whether a second person has decided, who cannot be that person, and what copy holds the final sheet back.

    ``authors`` are the actors behind the proposal; ``author`` is the login name of the person who asked for it,
    or ``cli``, ``night``, ``key``, or nothing for a person who has left.
    """
    authors = [stored.actor]
    if stored.actor.startswith("key:"):
        authors += [key.actor for key in account.keys.list() if f"key:{key.id}" == stored.actor]
    kind, _, person = stored.actor.partition(":")
    names = {member.id: member.login for member in account.members.list()} if kind == "person" else {}
    return {
        "short_id": stored.short_id,
        "decision": account.decisions("proposal", [stored]).get(stored.id),
        "authors": authors,
        "author_kind": kind,
        "author": names.get(person, ""),
        "undecided": undecided_blocks(account),
    }


def night_view(account: AccountStore, language: Language) -> dict[str, Any] | None:
    """The latest night, replays aside: what needs a decision first and the most money first; None where none ran."""
    stored = latest_night(account)
    if stored is None:
        return None
    document = told(stored, language)
    rows = sorted(document["recommendations"], key=lambda one: (_ORDER.get(one["decision"], 3), -one["spend_at_stake"]))
    judged = document["judgement"] or {}
    kept = [one for one in rows if one["decision"] != "dropped"]
    return document | {
        "currency": judged.get("currency"),
        "rows": rows[:MOST_FLAGS],
        "hidden": max(0, len(rows) - MOST_FLAGS),
        "kept": len(kept),
        "stake": sum(one["spend_at_stake"] for one in kept),
        "findings": alerts_in(document),
        "waiting": sum(one.get("more_impressions") is not None for one in judged.get("no_data", [])),
    }


_ORDER = {"kept": 0, "downgraded": 1, "dropped": 2}


def _latest_copy(account: AccountStore, language: Language) -> dict[str, Any] | None:
    """The latest check of a file; copy that was only tried is not shown as what is to run."""
    for stored in account.list("screening", limit=50):
        if stored.document[language]["source"] != TRIAL:
            return copy_view(stored, language)
    return None


def copy_view(stored: Stored, language: Language) -> dict[str, Any]:
    """A check of copy: the rows that may not run first, the words in question marked."""
    document = told(stored, language)
    order = {"block": 0, "review": 1, "pass": 2}
    rows = sorted(document["rows"], key=lambda row: order[row["verdict"]])
    shown = [row for row in rows if row["verdict"] != "pass"] or rows[:1]
    return document | {
        "trial": document["source"] == TRIAL,
        "rows": [_copy_row(row) for row in shown[:MOST_COPY]],
        "hidden": max(0, len(shown) - MOST_COPY),
    }


def _copy_row(row: Mapping[str, Any]) -> dict[str, Any]:
    codes = rule_codes()
    findings = [
        dict(finding) | {"article": article(finding), "in_catalogue": finding["code"] in codes}
        for finding in row["findings"]
    ]
    marked = segments(row["text"], row["findings"])
    return dict(row) | {"findings": findings, "segments": marked, "unsettled": unsettled(row["findings"])}


def segments(text: str, findings: Sequence[Mapping[str, Any]]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether a finding points at it."""
    out: list[tuple[str, bool]] = []
    at = 0
    for start, end in merged_spans(findings, len(text)):
        out += [(text[at:start], False)] if start > at else []
        out.append((text[start:end], True))
        at = end
    return [*out, (text[at:], False)] if at < len(text) else out


def import_view(account: AccountStore) -> list[dict[str, Any]]:
    """The files received, the latest first."""
    return [stored_import(entry) for entry in reversed(account.imports())]
