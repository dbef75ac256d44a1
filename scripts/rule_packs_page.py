"""Writes the catalogue of shipped rules: what each looks for, when it speaks, how sure it is, what it proposes."""

from __future__ import annotations

from collections.abc import Iterator

from engine.messages import Message, render, sentence_ids
from rules.condition_form import All, AnyOf, Condition, Not, Test
from rules.flags import least_e_value
from rules.loading import shipped_packs
from rules.pack import MINIMUMS, RulePack

INTRODUCTION = """\
Every rule below is one file of `rules/packs/`, with examples that must flag and must pass. An account's own rules
have the same form: `adcue rules show ID` writes one out to begin with, `adcue rules check FILE` and
`adcue rules preview FILE` try it, `adcue rules add FILE` keeps it. A rule with the id of one below takes its place;
`adcue rules switch-off ID` silences one, `adcue rules withdraw ID` undoes either.
"""


def rule_packs_page(note: str) -> str:
    """The catalogue, in the order of ids; ``note`` says that the page is generated."""
    packs = [pack for pack, _ in shipped_packs()]
    listed = "\n".join(f"- [{pack.id}](#{pack.id}): {pack.title.zh_tw} / {pack.title.en}" for pack in packs)
    parts = "".join(f"\n## {pack.id}\n\n" + "\n".join(_told(pack)) + "\n" for pack in packs)
    return f"{note}\n# Shipped rules\n\n{INTRODUCTION}\n{listed}\n{parts}"


def _told(pack: RulePack) -> Iterator[str]:
    yield f"**{pack.title.zh_tw}** {pack.explanation.zh_tw}\n"
    yield f"**{pack.title.en}** {pack.explanation.en}\n"
    scope = pack.scope
    where = [*scope.platform, *scope.campaign_type] or ["every platform"]
    yield f"- Level: {', '.join(pack.level)}; {', '.join(where)}; {scope.status} entities"
    yield f"- Window: {pack.window.days} days, ending {pack.window.end_lag_days} before the day of judging"
    yield f"- Conditions: {_condition(pack.when)}"
    guards = [
        f"{name} {getattr(pack.guards, name):g}" for name in (*MINIMUMS, "min_peers") if getattr(pack.guards, name)
    ]
    held = [f"not while {name}" for name in pack.guards.skip_if]
    if guards or held:
        yield f"- Guards: {', '.join([*guards, *held])}"
    yield f"- Evidence: {_evidence(pack)}"
    yield f"- Action: {_action(pack)}"
    withheld = "" if pack.act == "alert" else f", {pack.holdout:.0%} withheld to measure the effect"
    yield f"- Priority {pack.priority}, rest of {pack.cooldown_days} days{withheld}; version {pack.version}"


def _condition(when: Condition, *, inner: bool = False) -> str:
    if isinstance(when, Test):
        return _comparison(when)
    if isinstance(when, Not):
        return f"not ({_condition(when.negated)})"
    parts, joint = (when.all, " and ") if isinstance(when, All) else (when.any, " or ")
    told = joint.join(_condition(part, inner=True) for part in parts)
    return f"({told})" if inner and isinstance(when, AnyOf | All) else told


def _comparison(test: Test) -> str:
    if isinstance(test.value, tuple):
        right = f"{test.value[0]:g} to {test.value[1]:g}"
    elif test.than is not None:
        times = "" if test.than.times == 1 else f"{test.than.times:g} × "
        right = f"{times}{test.than.column}"
    else:
        right = f"{test.value:g}"
    return f"`{test.metric} {test.op} {right}`"


def _evidence(pack: RulePack) -> str:
    asked = pack.evidence
    if asked.method == "none":
        return "the conditions are facts"
    return (
        f"`{asked.method}`, probability of at least {asked.sure:g}, e-value of at least {least_e_value(pack):g}, "
        f"at most {asked.fdr:.0%} of a night's list false"
    )


def _action(pack: RulePack) -> str:
    word = f"cli.action.{pack.act}"
    names = " / ".join(render(Message(f"api.{word}"), language) for language in ("zh-TW", "en"))
    told = names if word in sentence_ids("api") else pack.act
    action = pack.action
    moved = "" if action.amount is None else f" by {action.amount:.0%}"
    capped = "" if action.cap is None else f", at most {action.cap:.0%} in {action.cap_days} days"
    return f"{told}{moved}{capped}"
