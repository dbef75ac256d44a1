"""Decides what is answered about a morning: what needs a decision, what went wrong, and the mail of it."""

from __future__ import annotations

from pydantic import Field

from api.services.night_status import State
from api.v1.answers import lives
from api.v1.answers.parts import ContentHash, Count, Day, Level, Part
from api.v1.answers.recommendations import Action


class MorningLine(Part):
    """One recommendation in a line."""

    id: ContentHash = Field(description="Its id.")
    short_id: str = Field(description="What people call it, such as R-7f3a9c.")
    rule: str = Field(description="The rule that flagged it.")
    action: Action = Field(description="What is proposed.")
    proposed_action: Action = Field(description="What the rule would do.")
    platform: str = Field(description="The platform.")
    level: Level = Field(description="What kind of entity.")
    name: str = Field(description="The name people call it by.")
    state: lives.State = Field(description="How it stands.")
    spend_at_stake: float = Field(description="Its spend in the window, in units of the currency.")
    seen_on: Day = Field(description="Last morning on which the rules said it.")
    reason: str = Field(description="One sentence on why, in the language asked for.")


class MorningPart(Part):
    """Recommendations that wait for the same thing."""

    count: Count = Field(description="How many there are.")
    spend_at_stake: float = Field(description="Spend of all of them in their windows, in units of the currency.")
    items: list[MorningLine] = Field(description="The first of them, the most money first.")


class MorningNight(Part):
    """Whether the night before ran."""

    as_of: Day | None = Field(description="Morning of the night that is told of; null where none was kept.")
    status: State = Field(description="How the nights of the account stand.")
    is_well: bool = Field(description="Whether nobody has to look.")
    text: str = Field(description="The same as a sentence, in the language asked for.")


class RefusedFile(Part):
    """A file of the inbox that was not taken in."""

    file: str = Field(description="Its name.")
    detail: str = Field(description="What is wrong and how to mend it, in the language asked for.")


class Morning(Part):
    """What needs a decision on a morning."""

    account: str = Field(description="The account.")
    on: Day = Field(description="The morning.")
    currency: str | None = Field(description="Currency of every amount; null where nothing was judged yet.")
    night: MorningNight = Field(description="Whether the night before ran.")
    decide: MorningPart = Field(description="What somebody has to approve or reject.")
    alerts: MorningPart = Field(description="What somebody has to look at.")
    carry_out: MorningPart = Field(description="What is approved and not carried out yet.")
    refused_files: list[RefusedFile] = Field(description="Files of the inbox that were not taken in.")
    notices: list[str] = Field(description="What else the night says, in the language asked for.")
    undecided_copy: Count = Field(description="Rows of copy that are blocked and undecided.")
    undecided_proposal: str | None = Field(description="Short id of the re-allocation nobody decided; null without.")
    subject: str = Field(description="Subject of the mail, in the language asked for.")
    text: str = Field(description="The mail as plain text, in the language asked for.")
