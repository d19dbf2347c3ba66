"""Tells the server's event log what happens in rooms, as jupyter_events."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from jupyter_events import EventLogger

SCHEMAS = Path(__file__).parent.parent / "events"
SCHEMA_IDS = {
    "session": "https://schema.jupyter.org/jupyter_collaboration/session/v1",
    "awareness": "https://schema.jupyter.org/jupyter_collaboration/awareness/v1",
}


class Telemetry:
    """Emits events; the schemas are those that jupyter-collaboration's listeners know."""

    def __init__(self, logger: EventLogger | None) -> None:
        self._logger = logger
        if logger is not None:
            for path in sorted(SCHEMAS.glob("*.yaml")):
                logger.register_event_schema(path)

    def emit(self, kind: Literal["session", "awareness"], fields: Mapping[str, Any]) -> None:
        if self._logger is not None:
            self._logger.emit(schema_id=SCHEMA_IDS[kind], data=dict(fields))
