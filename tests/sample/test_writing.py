"""A sample is the same for the same seed, keeps to itself, and refuses what it cannot draw."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from api.sample import write_sample
from engine.errors import InputError
from engine.messages import sentence_ids

ROOT = Path(__file__).parents[2]


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("seed", [1, 4])
def test_same_seed_same_bytes(tmp_path, seed):
    write_sample(tmp_path / "a", seed, weeks=6)
    write_sample(tmp_path / "b", seed, weeks=6)
    assert _bytes(tmp_path / "a") == _bytes(tmp_path / "b")
    assert len(_bytes(tmp_path / "a")) == 6


def test_workbooks_are_the_same_bytes_too(tmp_path):
    seed = next(
        seed
        for seed in range(40)
        if any(path.suffix == ".xlsx" for path in write_sample(tmp_path / f"look-{seed}", seed, weeks=6).exports)
    )
    write_sample(tmp_path / "again", seed, weeks=6)
    assert _bytes(tmp_path / "again") == _bytes(tmp_path / f"look-{seed}")


def test_seeds_and_families_differ(tmp_path):
    texts = {
        write_sample(tmp_path / f"{seed}{family}", seed, family, weeks=6).text()
        for seed, family in [(1, "hill"), (2, "hill"), (1, "power")]
    }
    assert len(texts) == 3


def test_progress_runs_from_none_to_all(tmp_path):
    seen = []
    write_sample(tmp_path, 1, weeks=6, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, 6) for done in range(7)]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"seed": -1}, "api.sample.seed"),
        ({"seed": 1, "family": "linear"}, "api.sample.family"),
        ({"seed": 1, "weeks": 5}, "api.sample.weeks"),
        ({"seed": 1, "end": date(2026, 11, 14)}, "api.sample.end"),
    ],
)
def test_refuses_and_writes_nothing(tmp_path, arguments, code):
    with pytest.raises(InputError) as refusal:
        write_sample(tmp_path / "x", **arguments)
    assert refusal.value.code == code
    assert refusal.value.text("zh-TW") != refusal.value.text("en")
    assert code.removeprefix("api.") in sentence_ids("api")
    assert not (tmp_path / "x").exists()


def test_writer_never_touches_what_the_reader_knows(tmp_path):
    """No module and no file of engine.ingest is opened while a sample is written."""
    program = f"""
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from pathlib import Path
from api.sample import write_sample
write_sample(Path({str(tmp_path)!r}), 1, weeks=6)
assert not [name for name in sys.modules if name.startswith(("engine.ingest", "engine.store"))], "module"
assert not [path for path in opened if "engine/ingest" in path], "file"
assert any(path.endswith("advertiser.yaml") for path in opened)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
