"""Decides what ``adcue audit`` can do: check that every account's chain of acts holds, and list the acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import out, say, say_json, say_wrapped, table
from api.cli.words import word

if TYPE_CHECKING:
    from engine.store.audit import Verdict

_ID_LETTERS = 10


def verify_chains(
    account: Annotated[str | None, typer.Option(help=word("audit.account"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> int:
    """Works every chain out again; exit code 0 all hold, 1 one does not."""
    from api.cli.doors import ACTOR, open_store, require_known
    from api.services.auditing import verify_audit

    store = open_store()
    names = store.accounts()
    if account is not None:
        require_known(account, names)
        names = [account]
    verdicts = [verify_audit(store.account(name, ACTOR)) for name in names]
    if as_json:
        say_json({"items": [_verdict(verdict) for verdict in verdicts]})
    else:
        for verdict in verdicts:
            _tell_verdict(verdict)
        if not verdicts:
            say(word("audit.nothing"))
    return 1 if any(verdict.broken for verdict in verdicts) else 0


def list_acts(
    account: Annotated[str | None, typer.Option(help=word("option.account"))] = None,
    limit: Annotated[int, typer.Option(help=word("audit.limit"), min=1, max=1000)] = 50,
    action: Annotated[str | None, typer.Option(help=word("audit.action"))] = None,
    subject: Annotated[str | None, typer.Option(help=word("audit.subject"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """What was done in the account, newest first."""
    from api.cli.doors import known_account
    from api.services.auditing import act_document

    acting = known_account(account)
    acts = acting.audit.list(limit, None, action, subject)
    if as_json:
        say_json({"items": [act_document(act) for act in acts]})
        return
    names = {f"person:{member.id}": member.login for member in acting.members.list()}
    rows = [
        (str(act.seq), f"{act.at:%Y-%m-%d %H:%M:%S}", _short(act.actor, names), act.action, _short(act.subject, names))
        for act in acts
    ]
    titles = [word(f"audit.column.{name}") for name in ("seq", "at", "actor", "action", "subject")]
    sides = ("right", "left", "left", "left", "left")
    out().print(table(list(zip(titles, sides, strict=True)), rows))


def _tell_verdict(verdict: Verdict) -> None:
    if verdict.broken is None:
        say(word("audit.holds", account=verdict.account, seq=verdict.head.seq, head=verdict.head.hash or "–"))
        return
    fault = word(f"audit.fault.{verdict.broken.fault}")
    told = word("audit.broken", account=verdict.account, seq=verdict.broken.seq, fault=fault)
    say_wrapped(told, "bold red")


def _verdict(verdict: Verdict) -> dict[str, Any]:
    """The same as from other doors, with the account it is about and the fault in words."""
    from api.services.auditing import verdict_document

    told = {"account": verdict.account} | verdict_document(verdict)
    if told["broken"] is not None:
        told["broken"]["detail"] = word(f"audit.fault.{told['broken']['fault']}")
    return told


def _short(named: str, names: dict[str, str]) -> str:
    """A person by login name, anything else by its kind and the beginning of its id."""
    kind, colon, identity = named.partition(":")
    return names.get(named, f"{kind}{colon}{identity[:_ID_LETTERS]}")
