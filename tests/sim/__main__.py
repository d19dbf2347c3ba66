"""``python -m tests.sim PLAN``: run a plan; if it fails, make it as small as it can be."""

from __future__ import annotations

import sys
from pathlib import Path

from .plans import Plan, fault, minimise


def main(path: Path) -> None:
    plan = Plan.load(path)
    wrong = fault(plan)
    print(wrong or "nothing is wrong")  # noqa: T201
    if wrong is None:
        return
    small = minimise(plan, lambda other: fault(other) is not None)
    small.save(path.with_stem(f"{path.stem}-small"))
    print(fault(small), small.clients, *small.steps, sep="\n")  # noqa: T201


main(Path(sys.argv[1]))
