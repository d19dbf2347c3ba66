"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = ("pytest_jupyter.jupyter_server",)

# How long an example takes depends on what else the machine does. In continuous integration there
# are the same examples each time, so that a failure is that of the change; on developers' machines
# new ones. (Simulations have new seeds everywhere.)
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
