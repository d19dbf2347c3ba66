"""Nothing is lost and nothing doubled, whatever happens, in whatever order (M5, M6, S15, L4).

A plan that fails is printed, and kept with ``SIM_SAVE=1``; ``python -m tests.sim PLAN`` makes
it smaller. Plans in ``plans/`` are those that found a defect once.

``KNOWN`` tells what the product does not prevent yet, and the simulation therefore allows;
``World(strict=True)`` does not.
"""

from __future__ import annotations

import os
import time

import pytest

from .plans import KEPT, Plan, fault, make_plan

KNOWN = (
    "What was saved while the store could not be written, or merged from the file and not yet"
    " logged when the server died, comes back from the file and from the clients that have it.",
    "Where both sides have written the same words beside different ones, a merge has them twice"
    " if its base is older than both.",
    "What was deleted comes back where the store was lost or locked, as the base is not known (M8).",
)

FIXED = 60
SECONDS = float(os.environ.get("SIM_SECONDS", "40"))


def hold(plan: Plan) -> None:
    wrong = fault(plan)
    if wrong is None:
        return
    if os.environ.get("SIM_SAVE"):
        plan.save(KEPT / f"failed-{plan.seed}.json")
    pytest.fail(f"seed {plan.seed} ({plan.mode}, {plan.clients}): {wrong}\n{plan.steps}")


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.json")), ids=lambda path: path.stem)
def test_plans_that_found_a_defect(path: object) -> None:
    hold(Plan.load(KEPT / str(path)))


@pytest.mark.parametrize("mode", ["text", "notebook"])
def test_fixed_seeds(mode: str) -> None:
    for seed in range(FIXED):
        hold(make_plan(seed, mode=mode))


def test_fresh_seeds() -> None:
    """Other ones each time."""
    base = int.from_bytes(os.urandom(6), "big")
    print(f"seeds from {base}")  # noqa: T201 - pytest shows it with what failed
    end = time.monotonic() + SECONDS
    seed = base
    while time.monotonic() < end and seed < base + 400:
        hold(make_plan(seed))
        seed += 1
    assert seed > base
