"""Decides what ``adcue proposal`` can do: check a kept proposal again, without the solver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import facts, out, say_json, say_wrapped
from api.cli.words import language, word
from api.money_words import number

if TYPE_CHECKING:
    from api.services.verifying import Verified


def verify_proposal(
    proposal_id: Annotated[str, typer.Argument(help=word("proposal.id"), metavar="PROPOSAL_ID")],
    account: Annotated[str | None, typer.Option(help=word("option.account"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> int:
    """Works the certificate out again; exit code 0 it holds, 1 it does not."""
    from api.cli.doors import known_account
    from api.services.verifying import verify_proposal as verified_of

    verified = verified_of(known_account(account), proposal_id)
    if as_json:
        say_json(verified.as_dict(language()))
    else:
        tell_verified(verified)
    return 0 if verified.holds else 1


def tell_verified(verified: Verified) -> None:
    """The verdict, then what does not agree, then both bounds and what the proof rests on."""
    from engine.messages import render

    proof, verdict = verified.stored.document["en"]["proof"], verified.verdict
    style = "bold" if verified.holds else "bold red"
    told = "holds" if verified.holds else "broken"
    say_wrapped(word(f"proposal.{told}", id=verified.stored.short_id, count=len(verified.faults)), style)
    for fault in verified.faults:
        say_wrapped("! " + render(fault, language()), "yellow", indent=2, hang=2)
    lines = {}
    if verdict is not None:
        values = {"bound": number(verdict.bound, 2), "gap": f"{100 * verdict.gap:.2g}"}
        lines[word("proposal.objective")] = number(verdict.objective, 2)
        lines[word("proposal.without_solver")] = word("proposal.bound", **values)
        values = {"bound": number(verdict.proven, 2), "gap": f"{100 * verdict.proven_gap:.2g}"}
        lines[word("proposal.by_solver")] = word("proposal.bound", **values)
    lines[word("proposal.data")] = word("proposal.days", **{k: v or "–" for k, v in proof["data"].items()})
    lines[word("proposal.curves")] = proof["curves_hash"][:12]
    lines[word("proposal.versions")] = ", ".join(f"{name} {version}" for name, version in proof["versions"].items())
    out().print(facts(lines))
    if verdict is not None and not verdict.whole:
        say_wrapped(word("proposal.weaker"), "dim", indent=2, hang=2)
