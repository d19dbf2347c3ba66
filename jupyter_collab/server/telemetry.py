"""Tells the server's event log what happens in rooms, as jupyter_events."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from jupyter_events import EventLogger

Kind = Literal["session", "awareness", "sharing"]
SCHEMAS = Path(__file__).parent.parent / "events"
SCHEMA_IDS: dict[Kind, str] = {
    "session": "https://schema.jupyter.org/jupyter_collaboration/session/v1",
    "awareness": "https://schema.jupyter.org/jupyter_collaboration/awareness/v1",
    "sharing": "https://schema.jupyter.org/jupyter_collab/sharing/v1",
}


class Telemetry:
    """Emits events; those of rooms have the schemas that jupyter-collaboration's
    listeners know."""

    def __init__(self, logger: EventLogger | None) -> None:
        self._logger = logger
        if logger is not None:
            for path in sorted(SCHEMAS.glob("*.yaml")):
                logger.register_event_schema(path)

    def emit(self, kind: Kind, fields: Mapping[str, Any]) -> None:
        if self._logger is not None:
            self._logger.emit(schema_id=SCHEMA_IDS[kind], data=dict(fields))
