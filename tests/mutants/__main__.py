"""Breaks the package in a copy, one guarantee after the other, and runs the tests that must fail.

``python -m tests.mutants`` tries all, ``python -m tests.mutants WORD...`` those with one of the
words in their names. Ends with 1 if any survived.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .mutant import Mutant
from .mutants import MUTANTS

ROOT = Path(__file__).parents[2]
SECONDS = 300

SOUND = "sound"
"""Where the package is kept as it is."""

CAUGHT, SURVIVED = 1, 0
"""What pytest returns where a test failed, and where all passed."""


def copy_to(folder: Path) -> None:
    """What the tests of the server need."""
    for name in ("jupyter_collab", "tests", "docs"):
        ignored = shutil.ignore_patterns("__pycache__", "labextension")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)


def try_out(mutant: Mutant, folder: Path) -> tuple[bool, str]:
    """Whether the mutant was caught, and what says so."""
    package = folder / "jupyter_collab"
    shutil.rmtree(package)
    shutil.copytree(folder / SOUND, package)
    mutant.apply(package)
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
    try:
        run = subprocess.run(
            [*command, "--timeout=60", *mutant.tests],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return True, "the tests did not end"
    failed = [line for line in run.stdout.splitlines() if line.startswith("FAILED")]
    if run.returncode not in (CAUGHT, SURVIVED):
        return False, f"the tests could not be run: {run.stdout[-2000:]}{run.stderr[-2000:]}"
    return run.returncode == CAUGHT, failed[0].split(" - ")[0] if failed else "all tests passed"


def main(words: list[str]) -> int:
    chosen = [m for m in MUTANTS if not words or any(word in m.name for word in words)]
    survivors = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_to(folder)
        shutil.copytree(folder / "jupyter_collab", folder / SOUND)
        for mutant in chosen:
            caught, evidence = try_out(mutant, folder)
            survivors += not caught
            word = "caught  " if caught else "SURVIVED"
            sys.stdout.write(f"{word}  {mutant.name}: {evidence}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(chosen) - survivors} of {len(chosen)} caught\n")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
