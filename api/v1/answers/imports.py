"""Decides what is answered about imports: how a file was understood, what it changed, and which were received."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.v1.answers.paging import PageOf
from api.v1.answers.parts import ContentHash, Count, Day, ExactNumber, Moment, Notice, Part, Span

Grain = Literal["account", "campaign", "ad_group", "ad"]


class DroppedRows(Part):
    """Rows that are no facts."""

    reason: str = Field(description="Why, in the language asked for.")
    rows: Count = Field(description="How many.")


class TotalCheck(Part):
    """One figure of a total row beside the sum of the rows it covers."""

    label: str = Field(description="The text that labels the total row.")
    row: int = Field(ge=1, description="Its row in the file, counted from 1.")
    metric: str = Field(description="The metric, as the metric dictionary names it.")
    stated: ExactNumber = Field(description="What the file says, exact; money in units of its currency.")
    summed: ExactNumber = Field(description="What its rows add up to, in the same units.")
    agrees: bool = Field(description="Whether both are the same within rounding.")


class ImportReport(Part):
    """How a file was understood."""

    file: str = Field(description="Its name.")
    sha256: ContentHash = Field(description="Hash of its bytes.")
    size_bytes: Count = Field(description="Its size in bytes.")
    platform: str = Field(description="Whose export it is, such as google_ads.")
    grain: Grain = Field(description="What one row is about.")
    breakdown: str = Field(description="The one dimension rows are broken down by; empty where there is none.")
    encoding: str = Field(description="How its text is encoded, such as utf-8.")
    delimiter: str = Field(description="What parts its columns; empty for a workbook.")
    header_row: int = Field(ge=1, description="Row of the headers, counted from 1.")
    header_fingerprint: str = Field(description="Names this row of headers; a remembered mapping is kept under it.")
    mapping: dict[str, str] = Field(description="Header to field.")
    unmapped: list[str] = Field(description="Headers that mean nothing here.")
    currency: str | None = Field(description="ISO code of its money; null where it is unknown.")
    period: Span = Field(description="Days it covers.")
    rows_read: Count = Field(description="Rows under the headers.")
    rows_kept: Count = Field(description="Rows that became facts.")
    dropped: list[DroppedRows] = Field(description="Rows that did not, by reason.")
    sums: dict[str, ExactNumber] = Field(description="Metric to its exact sum; money in units of `currency`.")
    totals_check: list[TotalCheck] = Field(description="Total rows of the file against its rows.")
    warnings: list[Notice] = Field(description="What a person should know of it.")


class ImportOutcome(Part):
    """One file and what became of it; what was changed is null on a dry run."""

    status: Literal["imported", "already_imported", "dry_run"] = Field(
        description="`already_imported` changed nothing; `dry_run` only described."
    )
    import_id: str | None = Field(description="Id of the import; null on a dry run.")
    received_on: Day = Field(description="The day the file was received.")
    rows_new: Count | None = Field(description="Facts not known before.")
    rows_restated: Count | None = Field(description="Facts with another value than before; both are kept.")
    rows_unchanged: Count | None = Field(description="Facts known before with the same value.")
    rows_withdrawn: Count | None = Field(description="Facts that an earlier export had and this one no longer has.")
    report: ImportReport = Field(description="How the file was understood.")


class ImportSummary(Part):
    """What is kept of an import's report."""

    platform: str = Field(description="Whose export it is.")
    grain: Grain = Field(description="What one row is about.")
    breakdown: str = Field(description="The one dimension rows are broken down by; empty where there is none.")
    currency: str | None = Field(description="ISO code of its money; null where it is unknown.")
    period: list[Day] | None = Field(min_length=2, max_length=2, description="First and last day it covers.")
    mapping: dict[str, str] = Field(description="Header to field.")
    rows_kept: Count = Field(description="Rows that became facts.")
    sums: dict[str, ExactNumber] = Field(description="Metric to its sum; money in units of `currency`.")


class ReceivedImport(Part):
    """One file received on one day."""

    import_id: str = Field(description="Id of the import.")
    file: str = Field(description="Name of the file.")
    sha256: ContentHash = Field(description="Hash of its bytes.")
    received_on: Day = Field(description="The day it was received.")
    created_at: Moment = Field(description="When it was written.")
    rows_new: Count = Field(description="Facts not known before.")
    rows_restated: Count = Field(description="Facts with another value than before.")
    rows_unchanged: Count = Field(description="Facts known before with the same value.")
    rows_withdrawn: Count = Field(description="Facts that this export no longer has.")
    summary: ImportSummary = Field(description="What is kept of the report.")


class ImportPage(PageOf[ReceivedImport]):
    """Imports in the order they were received."""
