"""Decides what is answered about ad copy: a verdict an ad, and each finding with its words, article and reason."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.v1.answers.paging import PageOf
from api.v1.answers.parts import Count, Day, Kept, Part, Severity

Certainty = Literal["verified", "secondary", "unverified"]
Verdict = Literal["block", "review", "pass"]


class SpecReference(Part):
    """The pages a limit of an ad format was read on."""

    format: str = Field(description="The format, such as google.rsa.")
    urls: list[str] = Field(description="The platform's pages.")
    checked: str | None = Field(description="Day, month or year the source was checked; null where it does not say.")
    read_on: Day = Field(description="The day it was read.")


class CopyFinding(Part):
    """Words that may not run, with the article they touch."""

    source: str = Field(description="What found it: rule, or classifier, which only asks a person to look.")
    code: str = Field(description="Which rule, such as food.disease.")
    span: Annotated[list[Count], Field(min_length=2, max_length=2)] = Field(
        description="First character of the words in the text as it was given, and the one after the last; from 0."
    )
    law: str | None = Field(description="Name of the first law cited; null where none is.")
    article: str | None = Field(description="Its article, such as 28 or 70-1.")
    paragraph: str | None = Field(description="Its paragraph; null where the whole article is cited.")
    severity: Severity = Field(description="block: may not run; warn: a person must look; note: worth knowing.")
    message: str = Field(description="What is wrong, in the language asked for.")
    suggestion: str = Field(description="How to mend it.")
    certainty: Certainty = Field(description="How sure the source of the article is, by the weakest one cited.")
    caveats: list[str] = Field(description="What is not settled: unverified, changed since, review due, not in force.")
    also: list[str] = Field(description="Further articles it touches.")
    allowed: list[str] = Field(
        default_factory=list,
        description="Officially permitted wording of the category nearest to the words; may be none.",
    )
    field: str | None = Field(None, description="The field of the placement it is about; null for the text.")
    field_span: Annotated[list[Count], Field(min_length=2, max_length=2)] | None = Field(
        None, description="The words in the value of that field; span is then where they stand in the text, or 0, 0."
    )
    reference: SpecReference | None = Field(None, description="Where a limit of the format was read; null for law.")


class Draft(Part):
    """The ad as it could read, assembled from permitted wording: for a person to work on."""

    text: str | None = Field(description="A text that passes this screening; null where none does.")
    fields: dict[str, list[str]] = Field(
        default_factory=dict, description="The values of the fields as they could read, by the name of the field."
    )
    remark: str = Field(description="What a draft is worth, or why there is none.")


class ScreenedAd(Part):
    """One ad with its verdict."""

    text: str = Field(description="The text as it was given.")
    row_id: str = Field(description="Your name for it, or its place in the list.")
    product: str = Field(description="Product category it was judged in.")
    verdict: Verdict = Field(description="block, review by a person, or pass.")
    findings: list[CopyFinding] = Field(description="In the order of the text.")
    remarks: list[str] = Field(description="What a reviewer should know beside the findings.")
    draft: Draft | None = Field(None, description="A draft of the whole ad; null for an ad that passes.")


class VerdictCounts(Part):
    """How many ads have each verdict."""

    block: Count = Field(description="Ads that may not run.")
    review: Count = Field(description="Ads a person must look at.")
    passed: Count = Field(alias="pass", description="Ads without a finding that warns or blocks.")


class Screening(Part):
    """One batch of ad copy with its verdicts."""

    source: str = Field(description="Name of the batch; empty for a trial, which counts for nothing.")
    on: Day | None = Field(description="The law of which day; null for the day of the check.")
    counts: VerdictCounts = Field(description="Ads by verdict.")
    rows: list[ScreenedAd] = Field(description="The ads in the order given.")


class CopyCheck(Screening, Kept):
    """A kept check of ad copy."""

    kind: Literal["screening"] = Field(description="What kind of document it is.")


class CopyCheckPage(PageOf[CopyCheck]):
    """Checks of copy, newest first."""
