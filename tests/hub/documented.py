"""The configuration that docs/deployment.md tells administrators to use."""

from __future__ import annotations

import re
from pathlib import Path

DEPLOYMENT = Path(__file__).parent.parent.parent / "docs/deployment.md"


def documented_configuration() -> str:
    """All Python of the section on JupyterHub, in its order."""
    text = DEPLOYMENT.read_text("utf-8")
    section = re.search(r"^## On a JupyterHub$(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    assert section is not None
    blocks: list[str] = re.findall(r"^```python\n(.*?)^```", section[1], re.MULTILINE | re.DOTALL)
    assert blocks
    return "\n".join(blocks)
