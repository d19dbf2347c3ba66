"""``docs/settings.md`` lists all settings of the server, as the traits have them.

``python -m tests.test_settings`` writes it anew.
"""

from __future__ import annotations

from pathlib import Path

from jupyter_server.extension.application import ExtensionApp
from traitlets.config import Configurable, LoggingConfigurable

from jupyter_collab.app import YDocExtension
from jupyter_collab.store.classes import JupyterSQLiteYStore

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"

HEAD = """\
# Settings of the server

In `jupyter_server_config.py` (`c.YDocExtension.document_save_delay = 2`), in the file of the
application that is started, such as `jupyter_lab_config.py`, or on the command line
(`jupyter lab --YDocExtension.document_save_delay=2`). Times are in seconds, sizes in bytes. A
wrong value keeps the server from starting, with a sentence that says why. The log tells at the
start whether documents are edited together, and where their histories are kept.
"""

CLASSES: list[tuple[type[Configurable], type[Configurable]]] = [
    (YDocExtension, ExtensionApp),
    (JupyterSQLiteYStore, LoggingConfigurable),
]
"""The classes, each with the one whose traits are not ours."""


def page() -> str:
    parts = [HEAD]
    for configurable, base in CLASSES:
        parts += [f"\n## `{configurable.__name__}`\n", "\n| setting | default | |\n|---|---|---|\n"]
        for name, trait in sorted(configurable.class_traits(config=True).items()):
            if name not in base.class_traits():
                parts.append(f"| `{name}` | `{trait.default()!r}` | {trait.help} |\n")
    return "".join(parts)


def test_the_page_has_all_settings() -> None:
    assert PAGE.read_text("utf-8") == page(), f"run python -m {__name__}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
