"""Endpoints for the rules of an account: list and read them, keep or try one of its own, silence, take back."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from api.access import account_of_caller
from api.dates import today
from api.language import request_language
from api.services import rule_packs
from api.services.rule_documents import rule_document, trial_document, whole_document
from api.v1.answers.paging import page
from api.v1.answers.rules import AccountRule, RulePage, RuleTrial, WholeRule
from api.v1.contract import Answer, Body, NoQuery, Query, v1

TAGS = [Tag(name="rules")]
MOST_TEXT = 40_000
RuleId = Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$", description="Id of the rule.")]


class RulesQuery(Query):
    """How much of the list, and after which id."""

    limit: int = Field(100, ge=1, le=300, description="How many at most, by id.")
    after: RuleId | None = Field(None, description="The id of the last one already seen.")


class RulePath(BaseModel):
    """Which rule."""

    model_config = ConfigDict(extra="forbid")
    rule_id: RuleId


class RuleBody(Body):
    """A rule of the account's own, and what is to be done with it."""

    text: str = Field(
        min_length=1, max_length=MOST_TEXT, pattern=r"^[^\x00]*$", description="The rule as YAML, one document."
    )
    dry_run: bool = Field(False, description="Check only, keep nothing.")
    preview: bool = Field(False, description="Tell what it would say of today's data; keeps nothing either.")


class OffBody(Body):
    """Nothing to say: the rule is named by the address."""


@v1.get("/rules", tags=TAGS, responses={200: RulePage})
def list_rules(query: RulesQuery) -> Answer:
    """List the rules, shipped and own, by id, each as it stands today."""
    found = [one for one in rule_packs.rules_on(account_of_caller(), today()) if one.id > (query.after or "")]
    return page(found[: query.limit + 1], query.limit, lambda one: rule_document(one, request_language()))


@v1.get("/rules/<rule_id>", tags=TAGS, responses={200: WholeRule})
def read_rule(path: RulePath, query: NoQuery) -> Answer:
    """Read one rule with its text and every version the account kept."""
    account = account_of_caller()
    found = rule_packs.rule_on(account, path.rule_id, today())
    return whole_document(found, account.rules.versions(found.id), request_language())


@v1.post("/rules", tags=TAGS, responses={200: RuleTrial, 201: RuleTrial})
def create_rule(query: NoQuery, body: RuleBody) -> Answer:
    """Keep a rule of the account's own from today on, check it, or try it on today's data.

    All faults are told at once, each with what to write instead. A rule with the id of a shipped one takes its place.
    It can only propose: what a policy approves without asking cannot be changed while that policy holds.
    """
    account, language, on = account_of_caller(), request_language(), today()
    if body.preview:
        checked, seen = rule_packs.preview_rule(account, body.text, on)
        return trial_document(checked, seen, account.name, language, kept=False)
    if body.dry_run:
        return trial_document(rule_packs.check_rule(account, body.text, on), None, account.name, language, kept=False)
    return trial_document(rule_packs.keep_rule(account, body.text, on), None, account.name, language, kept=True), 201


@v1.post("/rules/<rule_id>/off", tags=TAGS, responses={200: AccountRule})
def switch_off_rule(path: RulePath, query: NoQuery, body: OffBody) -> Answer:
    """Silence a rule from today on, shipped or own; nothing it said before changes."""
    return rule_document(rule_packs.switch_off(account_of_caller(), path.rule_id, today()), request_language())


@v1.delete("/rules/<rule_id>", tags=TAGS, responses={204: {"description": "What the account said of it is over."}})
def withdraw_rule(path: RulePath, query: NoQuery) -> Answer:
    """Take back what the account says of a rule: an own one is over, and a shipped one of that id holds again."""
    rule_packs.withdraw(account_of_caller(), path.rule_id, today())
    return Response(status=204)
