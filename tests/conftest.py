"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = ("pytest_jupyter.jupyter_server",)

# In continuous integration the same examples each time, so that a failure is that of the change;
# on developers' machines new ones. (Simulations have new seeds everywhere.)
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
