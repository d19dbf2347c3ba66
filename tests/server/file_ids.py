"""Servers on which the service of file ids is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


class WithoutTheServiceOfFileIds:
    """For classes of tests."""

    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
        """Its database cannot be made, as in a data directory that is read-only."""
        file = tmp_path / "file"
        file.write_text("")
        return {**jp_server_config, "BaseFileIdManager": {"db_path": str(file / "ids.db")}}
