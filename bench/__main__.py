"""``python -m bench``: measure this version, and with ``--compare`` another one beside it."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

from .lab import Target
from .scenarios import SCENARIOS, Figures

OURS = ("--collaborative",)


def main() -> None:
    options = _options()
    targets = [Target("jupyter-collab", sys.executable, OURS)]
    if options.compare:
        targets.append(Target("jupyter-collaboration", options.compare))
    scale = 0.2 if options.quick else 1.0
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n")
    print("| | " + " | ".join(target.name for target in targets) + " |")
    print("|---|" + "---|" * len(targets))
    for name in options.only or SCENARIOS:
        results = [_run(name, target, scale) for target in targets]
        for figure in results[0]:
            cells = (f"{result[figure]:.2f}" if figure in result else "-" for result in results)
            print(f"| {name}: {figure} | " + " | ".join(cells) + " |", flush=True)


def _run(name: str, target: Target, scale: float) -> Figures:
    """The figures of one scenario; one that a server does not survive has none."""
    try:
        return asyncio.run(_complete(name, target, scale))
    except Exception as error:  # noqa: BLE001 - the others are still worth measuring
        print(f"{name} on {target.name} has failed: {error!r}", file=sys.stderr)
        return {}


async def _complete(name: str, target: Target, scale: float) -> Figures:
    return await SCENARIOS[name](target, scale)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", type=lambda text: text.split(","), help=", ".join(SCENARIOS))
    parser.add_argument("--quick", action="store_true", help="a fifth of each")
    parser.add_argument(
        "--compare",
        metavar="PYTHON",
        help="the Python of an environment that has jupyter-collaboration",
    )
    options = parser.parse_args()
    unknown = set(options.only or ()) - set(SCENARIOS)
    if unknown:
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    main()
