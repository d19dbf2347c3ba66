"""Nothing is lost, nothing doubled, whatever happens, in whatever order (M5 M6 S15-S20 L4-L6).

A plan that fails is printed and kept; ``python -m tests.sim PLAN`` runs it again and makes it as
small as it can be. Plans in ``plans/`` are those that found a defect once. What a plan may lose
all the same is said in ``excuses.py``, with the reason.

``SIM_SEED`` is the seed to begin with, ``SIM_COUNT`` and ``SIM_SECONDS`` bound how many fresh plans
are carried out, ``SIM_FAILED`` is the folder for those that fail.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest

from .plans import KEPT, Plan, fault, make_plan

FIXED = 50
FRESH = int(os.environ.get("SIM_COUNT", "1000"))
SECONDS = float(os.environ.get("SIM_SECONDS", "60"))

OPEN_SHARE = 0.001
"""How many of the fresh plans may fail: in combinations of disasters that nobody has looked at
yet, or that ``docs/architecture.md`` tells of under «What is not solved yet». Those that are kept
must hold. Four of 40,000 did fail when that was counted."""

FAILED = Path(os.environ.get("SIM_FAILED") or Path(tempfile.gettempdir()) / "collab-sim-failed")


def told(plan: Plan, wrong: str) -> str:
    """What is wrong with a plan, which is kept."""
    path = FAILED / f"{plan.mode}-{plan.seed}.json"
    plan.save(path)
    return f"seed {plan.seed} ({plan.mode}, {plan.clients}), kept in {path}: {wrong}\n{plan.steps}"


def hold(plan: Plan) -> None:
    wrong = fault(plan)
    if wrong is not None:
        pytest.fail(told(plan, wrong))


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.json")), ids=lambda path: path.stem)
def test_plans_that_found_a_defect(path: Path) -> None:
    hold(Plan.load(path))


@pytest.mark.parametrize("mode", ["text", "notebook"])
def test_fixed_seeds(mode: str) -> None:
    for seed in range(FIXED):
        hold(make_plan(seed, mode=mode))


def test_fresh_seeds() -> None:
    """Other ones each time."""
    base = int(os.environ.get("SIM_SEED") or int.from_bytes(os.urandom(6), "big"))
    end = time.monotonic() + SECONDS
    wrong: list[str] = []
    count = 0
    while count < FRESH and time.monotonic() < end:
        plan = make_plan(base + count)
        found = fault(plan)
        if found is not None:
            wrong.append(told(plan, found))
        count += 1
    report = f"of {count} plans from SIM_SEED={base} on, {len(wrong)} failed\n" + "\n".join(wrong)
    print(report)  # noqa: T201 - pytest shows it with -s
    assert len(wrong) <= max(2, OPEN_SHARE * count), report
