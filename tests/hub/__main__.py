"""``python -m tests.hub [NAME ...]``: the Hub of the tests, for browsers, with the servers of these
people started. It prints where it is, as JSON, and ends when its input does."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from .process import PASSWORD
from .site import RELEASES, make_hub


def main(names: list[str]) -> None:
    with (
        TemporaryDirectory(prefix="jupyter-collab-hub-") as home,
        closing(make_hub(Path(home), next(iter(RELEASES)))) as hub,
    ):
        hub.start(*names)
        sys.stdout.write(json.dumps({"url": hub.url, "password": PASSWORD}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


main(sys.argv[1:])
