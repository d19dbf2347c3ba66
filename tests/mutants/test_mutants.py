"""The mutants fit the source; ``make mutants`` tries them out."""

from __future__ import annotations

from pathlib import Path

import pytest

from .mutant import PACKAGE, Mutant
from .mutants import MUTANTS


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_it_fits_the_source(mutant: Mutant, tmp_path: Path) -> None:
    copy = tmp_path / mutant.path
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes((PACKAGE / mutant.path).read_bytes())
    mutant.apply(tmp_path)
    compile(copy.read_text("utf-8"), mutant.path, "exec")
    for test in mutant.tests:
        if test.startswith("tests/"):
            assert (PACKAGE.parent / test.split("::")[0]).exists()
