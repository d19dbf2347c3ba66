"""The front end uses only what JupyterLab's Yjs exports, which all extensions share."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).parent.parent / "src"
STATIC = Path(sys.prefix) / "share" / "jupyter" / "lab" / "static"
IMPORT = re.compile(r"^import \{([^}]*)\} from 'yjs'", re.MULTILINE)


def imported(text: str) -> list[str]:
    """Names of Yjs that a module uses: as members of ``Y``, or by themselves."""
    members = re.findall(r"\bY\.(\w+)", text) if "import * as Y from 'yjs'" in text else []
    return members + re.findall(r"(?:^|,)\s*(\w+)", ",".join(IMPORT.findall(text)))


def exported() -> set[str]:
    for path in STATIC.glob("*.js"):
        text = path.read_text("utf-8")
        if "createDeleteSetFromStructStore:()=>" in text:
            return set(re.findall(r"(\w+):\(\)=>", text))
    pytest.skip("JupyterLab is not installed, or is built in another way")


def test_nothing_is_used_that_jupyterlabs_yjs_lacks() -> None:
    used: dict[str, str] = {}
    for path in SOURCES.rglob("*.ts*"):
        if "__tests__" not in path.parts:
            used |= dict.fromkeys(imported(path.read_text("utf-8")), path.name)
    assert {"Item", "compareIDs"} <= used.keys()
    missing = set(used) - exported()
    assert not missing, f"{ {name: used[name] for name in missing} }"
