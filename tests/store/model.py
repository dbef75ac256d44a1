"""History told the plainest way: keep every file that was accepted, and look through all of them for every answer."""

from __future__ import annotations

from dataclasses import dataclass, field

Key = tuple[str, str, int]  # account, campaign, day


@dataclass(frozen=True)
class File:
    """What one file says: values by account, campaign and day, and the days it covers."""

    name: str
    rows: tuple[tuple[Key, int | None], ...]
    first: int
    last: int

    @property
    def accounts(self) -> frozenset[str]:
        """The platform accounts that it speaks about."""
        return frozenset(key[0] for key, _ in self.rows)

    def speaks_about(self, key: Key) -> bool:
        """Whether the file would hold the row, were it there."""
        return key[0] in self.accounts and self.first <= key[2] <= self.last

    def meets(self, other: File) -> bool:
        """Whether both speak about some day of some account."""
        return bool(self.accounts & other.accounts) and self.first <= other.last and other.first <= self.last


@dataclass
class Model:
    """All accepted files with the day each was received, in the order they were handed in."""

    accepted: list[tuple[int, int, File]] = field(default_factory=list)

    def receive(self, file: File, received: int) -> tuple[str, int, int, int, int]:
        """Status and the counts of new, restated, unchanged and withdrawn rows."""
        order = sorted((entry for entry in self.accepted if entry[2].meets(file)), key=lambda e: e[:2])
        before = [entry for entry in order if entry[0] <= received]
        after = [entry for entry in order if entry[0] > received]
        if any(entry[2] == file for entry in before[-1:] + after[:1]):
            return "already_imported", 0, 0, len(file.rows), 0
        standing = {key: value for key, value in self.state(received).items() if file.speaks_about(key)}
        says = dict(file.rows)
        self.accepted.append((received, len(self.accepted), file))
        return (
            "imported",
            len(says.keys() - standing.keys()),
            sum(1 for key in says.keys() & standing.keys() if says[key] != standing[key]),
            sum(1 for key in says.keys() & standing.keys() if says[key] == standing[key]),
            len(standing.keys() - says.keys()),
        )

    def state(self, day: int) -> dict[Key, int | None]:
        """Every row as known on a day: what the last file received until then said about it."""
        known: dict[Key, int | None] = {}
        files = [entry[2] for entry in sorted(self.accepted, key=lambda e: e[:2]) if entry[0] <= day]
        for key in {key for file in files for key, _ in file.rows}:
            last = [file for file in files if file.speaks_about(key)][-1]
            if key in dict(last.rows):
                known[key] = dict(last.rows)[key]
        return known
