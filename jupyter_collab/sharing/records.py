"""Links as JSON: in the file that keeps them, and as the dialog sees them. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from ..protocol.identity import FILE_FORMATS, FileId
from .links import Link, LinkId

VERSION = 1


def dump(links: Iterable[Link]) -> str:
    """The content of the file."""
    return json.dumps({"version": VERSION, "links": [_record(link) for link in links]}, indent=1)


def load(text: str) -> list[Link]:
    """Read the content of the file; raises ``ValueError`` where it is not what :func:`dump`
    makes, whatever is wrong with it."""
    try:
        content = json.loads(text)
        if content["version"] != VERSION:
            raise ValueError(f"its version is {content['version']}")
        return [_link(record) for record in content["links"]]
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it is no list of links: {error!r}") from error


def _record(link: Link) -> dict[str, Any]:
    record = asdict(link)
    del record["is_missing"]
    return record


def _link(record: dict[str, Any]) -> Link:
    link = Link(
        id=LinkId(_string(record["id"])),
        digest=_string(record["digest"]),
        file_id=FileId(_string(record["file_id"])),
        format=record["format"],
        type=_string(record["type"]),
        role=record["role"],
        name=_string(record["name"]),
        created=float(record["created"]),
        created_by=_string(record["created_by"]),
        expires=_time(record["expires"]),
        paths=tuple(_string(path) for path in record["paths"]),
        last_used=_time(record["last_used"]),
        revoked=_time(record["revoked"]),
        code=None if record.get("code") is None else _string(record["code"]),
        is_over=record.get("is_over") is True,
    )
    if link.format not in FILE_FORMATS or link.role not in ("view", "edit") or not link.paths:
        raise ValueError(f"the link {link.id} grants what nobody knows")
    return link


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no string")
    return value


def _time(value: Any) -> float | None:
    return None if value is None else float(value)
