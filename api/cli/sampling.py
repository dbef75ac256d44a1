"""Decides what ``adcue sample`` takes and says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import progress, say, say_json
from api.cli.words import word


def write_sample_files(
    folder: Annotated[Path, typer.Argument(help=word("sample.folder"), metavar="DIR")],
    seed: Annotated[int, typer.Option(help=word("sample.seed"))] = 1,
    weeks: Annotated[int, typer.Option(help=word("sample.weeks"))] = 26,
    family: Annotated[str, typer.Option(help=word("sample.family"), metavar="hill|power")] = "hill",
    as_json: Annotated[bool, typer.Option("--json", help=word("option.json"))] = False,
) -> None:
    """Writes exports, ad copy and the truth they were drawn from."""
    from api.sample import write_sample

    with progress(word("sample.progress")) as on_progress:
        truth = write_sample(folder, seed, family=family, weeks=weeks, on_progress=on_progress)
    names = [str(path) for path in truth.exports]
    if as_json:
        say_json({"exports": names, "copy": str(folder / "copy.csv"), "truth": str(folder / "truth.json")})
        return
    say(word("sample.done", start=truth.start, end=truth.end, creatives=len(truth.creatives)), "bold")
    for name in [*names, str(folder / "copy.csv"), str(folder / "truth.json")]:
        say("  " + name)
