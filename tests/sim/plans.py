"""Plans of simulations: made from a seed, carried out, kept and made smaller."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from .world import World

KEPT = Path(__file__).parent / "plans"

WEIGHTS = {
    "type": 30,
    "delete": 5,
    "save": 2,
    "offline": 4,
    "online": 6,
    "blink": 2,
    "reload": 2,
    "stall": 3,
    "some": 16,
    "pump": 8,
    "wait": 8,
    "sleep": 1,
    "leave_all": 1.5,
    "restart": 2,
    "kill": 4,
    "lose_store": 1,
    "damage_store": 0.5,
    "back_up_store": 1,
    "put_back_store": 0.7,
    "store_fails": 1.5,
    "store_mends": 3,
    "edit_on_server": 2,
    "disk_full": 1,
    "disk_free": 2,
    "outside_write": 5,
    "outside_delete_word": 2,
    "rename": 0.5,
    "remove": 0.7,
    "bring_back": 2,
    "rest": 1.5,
}

CELLS = {"add_cell": 5, "delete_cell": 2, "move_cell": 4, "outside_cells": 3}


@dataclass(frozen=True)
class Plan:
    """``steps``: what to do, and a number from which the rest of it is drawn."""

    seed: int
    mode: str
    clients: list[str]
    steps: list[tuple[str, int]]

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        steps = ",\n".join(f"  {json.dumps(step)}" for step in self.steps)
        head = json.dumps({**asdict(self), "steps": None})[:-1].removesuffix("null")
        path.write_text(f"{head}[\n{steps}\n]}}\n", "utf-8")

    @staticmethod
    def load(path: Path) -> Plan:
        plain = json.loads(path.read_text("utf-8"))
        steps = [(name, number) for name, number in plain.pop("steps")]
        return Plan(**plain, steps=steps)


def make_plan(seed: int, length: int = 60, *, mode: str | None = None) -> Plan:
    rng = Random(seed)
    mode = mode or rng.choice(["text", "notebook"])
    clients = rng.choices(["collab", "old"], [3, 1], k=rng.randint(1, 4))
    weights = WEIGHTS | CELLS if mode == "notebook" else WEIGHTS
    names = rng.choices(list(weights), list(weights.values()), k=length)
    return Plan(seed, mode, clients, [(name, rng.getrandbits(32)) for name in names])


def run(plan: Plan) -> World:
    """Carry out a plan, and look at what has come of it."""
    world = World(plan.mode, plan.clients, plan.seed)
    for name, number in plan.steps:
        world.do(name, number)
    world.rest()
    return world


def fault(plan: Plan) -> str | None:
    """What is wrong, if anything is."""
    try:
        run(plan)
    except Exception as error:  # noqa: BLE001 - any of them is a finding
        return f"{type(error).__name__}: {error}"
    return None


def minimise(plan: Plan, fails: Callable[[Plan], bool]) -> Plan:
    """The plan without the steps and clients that it does not need to fail (ddmin)."""
    size = max(1, len(plan.steps) // 2)
    while True:
        smaller = _without_chunks(plan, size, fails)
        if size == 1 and len(smaller.steps) == len(plan.steps):
            return smaller
        plan, size = smaller, max(1, size // 2)


def _without_chunks(plan: Plan, size: int, fails: Callable[[Plan], bool]) -> Plan:
    at = 0
    while at < len(plan.steps):
        steps = plan.steps[:at] + plan.steps[at + size :]
        candidate = Plan(plan.seed, plan.mode, plan.clients, steps)
        if fails(candidate):
            plan = candidate
        else:
            at += size
    return plan
