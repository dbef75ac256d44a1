"""Decides what is answered about a night: the files it took in, what the rules say, copy screened, and the new plan."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.services.night_status import State
from api.v1.answers.copy_checks import Screening
from api.v1.answers.paging import PageOf
from api.v1.answers.parts import ContentHash, Count, Day, Kept, Level, Moment, Notice, Number, Part, Severity, absent
from api.v1.answers.proposals import Plan
from api.v1.answers.recommendations import Recommendation, RulePack
from api.v1.contract import Problem


class Subject(Part):
    """Whom a finding is about."""

    level: Level = Field(description="What kind of entity.")
    platform: str = Field(description="The platform; empty for the account as a whole.")
    name: str = Field(description="The name people call it by.")
    ids: dict[str, str] = Field(description="Level to the platform's id, as far as the export has one.")
    names: dict[str, str] = Field(description="Level to its name.")


class DataFinding(Part):
    """Something wrong with the data themselves."""

    id: ContentHash = Field(description="The same for the same finding on the same data.")
    code: str = Field(description="What kind, such as data_incomplete.")
    severity: Severity = Field(description="How grave.")
    subject: Subject = Field(description="Whom it is about.")
    reason: str = Field(description="One sentence, in the language asked for.")
    evidence: dict[str, Number | str | None] = Field(description="Each number or day behind it, by its name.")


class AlertRule(Part):
    """Which check or rule."""

    name: str = Field(description="Its id, such as data_incomplete.")
    version: str | None = Field(description="Its version; null for a check that is built in.")
    hash: ContentHash | None = Field(description="Hash of its content; null for a check that is built in.")


class Alert(Part):
    """Something about the account itself that wants a look, in the form of a recommendation."""

    id: ContentHash = Field(description="The same for the same finding on the same data.")
    account: str = Field(description="The account.")
    platform: str = Field(description="The platform; empty for the account as a whole.")
    level: Level = Field(description="What kind of entity it is about.")
    name: str = Field(description="The name people call it by.")
    ids: dict[str, str] = Field(description="Level to the platform's id, as far as the export has one.")
    names: dict[str, str] = Field(description="Level to its name.")
    rule: AlertRule = Field(description="Which check or rule found it.")
    action: Literal["alert"] = Field(description="Always alert.")
    decision: Literal["kept"] = Field(description="Always kept: nothing beats a finding.")
    severity: Severity = Field(description="How grave.")
    reason: str = Field(description="One sentence, in the language asked for.")
    evidence: dict[str, Number | str | None] = Field(description="Each number or day behind it, by its name.")


class NoAnswer(Part):
    """A rule that could not answer for an entity."""

    rule: str = Field(description="Id of the rule.")
    entity: str = Field(description="Key of the entity.")
    subject: Subject = Field(description="The entity.")
    reason: str = Field(description="What it lacks, in the language asked for.")
    spend: float = Field(description="Its spend in the window, in units of the currency.")
    more_impressions: Count | None = Field(description="Impressions that would settle it, where that is known.")
    more: Count | None = Field(description="How much more would settle it, in `unit`, where that is known.")
    unit: Literal["impressions", "clicks", "spend"] | None = Field(
        description="Unit of `more`; spend is in units of the currency."
    )


class RuleCount(Part):
    """How many entities a rule looked at on one level."""

    rule: str = Field(description="Id of the rule.")
    level: Level = Field(description="What kind of entity.")
    judged: Count = Field(description="Entities it could answer for.")
    flagged: Count = Field(description="Entities it flagged.")
    no_data: Count = Field(description="Entities it could not answer for.")


class RuleJudgement(Part):
    """Everything the rules say beside the recommendations."""

    account: str = Field(description="The account.")
    as_of: Day = Field(description="The morning it is judged from.")
    currency: str | None = Field(description="ISO code of the money; null where the facts mix currencies.")
    snapshot_hash: ContentHash = Field(description="Names exactly the facts it was judged on.")
    id: ContentHash = Field(description="Equal for equal judgements.")
    resolver: Literal["durable_rules", "reference"] = Field(description="What settled conflicts between rules.")
    packs: list[RulePack] = Field(description="The rules asked.")
    judged: list[RuleCount] = Field(description="Counts a rule and level.")
    findings: list[DataFinding] = Field(description="What is wrong with the data themselves.")
    no_data: list[NoAnswer] = Field(description="Rules that could not answer, most spend first, at most 500 a rule.")


class NightFile(Part):
    """A file of the inbox and what became of it."""

    file: str = Field(description="Its name.")
    status: Literal["imported", "already_imported", "dry_run", "refused"] = Field(description="What became of it.")
    rows: Count = Field(description="Rows that became facts.")
    problem: Problem | None = Field(description="Why it was refused; null where it was not.")


class NightWork(Part):
    """What a night did, stage by stage."""

    as_of: Day = Field(description="The morning it is judged from.")
    dry_run: bool = Field(description="Whether nothing was written.")
    replay: bool = absent("Whether something later was known already, so that nothing is proposed; older nights: not.")
    files: list[NightFile] = Field(description="Files of the inbox.")
    notices: list[Notice] = Field(description="What a stage could not do, and why.")
    recommendations: list[Recommendation] = Field(description="What the rules flag, most money first.")
    alerts: list[Alert] = absent("What is wrong with the account itself, the gravest first; older nights do not say.")
    judgement: RuleJudgement | None = Field(description="What else the rules say; null where there are no facts.")
    screenings: list[Screening] = Field(description="Copy of the inbox, one batch a file.")
    reallocation: Plan | None = Field(description="The plan for the coming four weeks; null where there is none.")


class AuditHead(Part):
    """Where the account's audit chain ended."""

    seq: Count = Field(description="Number of the last act.")
    hash: str = Field(description="Its hash; empty where there was none.")


class KeptNight(NightWork, Kept):
    """A kept night."""

    kind: Literal["night"] = Field(description="What kind of document it is.")
    reallocation_id: str | None = Field(description="Short id of the kept proposal; null where there is none.")
    audit: AuditHead = absent("Where the audit chain ended that night; older nights do not say.")


class NightOutcome(Part):
    """How an account's night ended."""

    account: str = Field(description="The account.")
    status: Literal["done", "partly"] = Field(description="partly: a file of the inbox was refused.")


class Night(KeptNight, NightOutcome):
    """A night that was run and kept."""


class NightTrial(NightWork, NightOutcome):
    """A night that was only computed; nothing of it was written."""


class NightPage(PageOf[KeptNight]):
    """Nights, newest first."""


class PastNight(Part):
    """One night, or replay, of the account's history."""

    as_of: Day = Field(description="The morning it was judged from.")
    replay: bool = Field(description="Whether something later was known already.")
    state: Literal["running", "interrupted", "done", "partly", "failed"] = Field(
        description="How it ended; interrupted: cut short, and nobody goes on with it."
    )
    stage: str = Field(description="The last stage it began; empty before the first.")
    attempts: Count = Field(description="How often it was begun.")
    started_at: Moment = Field(description="When its latest attempt began.")
    ended_at: Moment | None = Field(description="When it ended; null where it did not.")
    night_id: ContentHash | None = Field(description="Id of its document; null where there is none.")
    problem: Problem | None = Field(description="Why it failed; null where it did not.")


class NightStanding(Part):
    """How the account's nights stand."""

    account: str = Field(description="The account.")
    state: State = Field(description="late: the night that is due did not run.")
    due: Day = Field(description="The morning whose night should have run by now.")
    missed: Count = Field(description="How many mornings up to that one have had none since the last.")
    text: str = Field(description="The same as one sentence, in the language asked for.")
    latest: PastNight | None = Field(description="The latest night, replays aside; null where none ran.")
    history: list[PastNight] = Field(description="The last nights and replays, the latest morning first.")
