"""What an administrator may set of sharing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from traitlets import Bool, Enum, Float, HasTraits, List, TraitError, Unicode, validate

from ..durations import not_negative
from .policy import SHORTEST, SharePolicy


class SharingTraits(HasTraits):
    """The traits of the extension that are about sharing."""

    share_document_links = Bool(
        True,
        config=True,
        help="Whether links can be made that open one document and nothing else.",
    )
    share_server_links = Bool(
        True,
        config=True,
        help="Whether the interface offers links to the whole server.",
    )
    share_roles = List(
        Enum(["view", "edit"]),
        ["view", "edit"],
        config=True,
        help="What links to documents may let people do. On the command line without brackets: "
        "`--YDocExtension.share_roles=view`.",
    )
    share_longest_validity = Float(
        None,
        allow_none=True,
        config=True,
        help="Seconds that a link to a document is valid at most, those that exist too. "
        "None: until it is revoked.",
    )
    share_with_guests = Bool(
        None,
        allow_none=True,
        config=True,
        help="Whether links to documents let people in who are not logged in. Default: yes, "
        "except on a JupyterHub.",
    )
    share_named_only = Bool(
        False,
        config=True,
        help="On a JupyterHub: whether everybody but the owner of the server, administrators "
        "included, gets nothing of it but the documents whose links they have opened, whatever "
        "the Hub lets them access. Needed for links to documents that people open under their "
        "own names.",
    )
    share_recheck_interval = Float(
        60.0,
        config=True,
        help="Seconds after which it is asked again whether those who have documents open may "
        "still do so. 0: never.",
    )
    share_links_file = Unicode(
        "",
        config=True,
        help="The file that keeps the links to documents. Default: one for each root directory, "
        "in the Jupyter data directory.",
    )

    @validate("share_longest_validity")
    def _long_enough(self, proposal: Any) -> float | None:
        value: float | None = proposal["value"]
        # Pages are told this as JSON, which has no infinity: they would not know what it says.
        if value is not None and not SHORTEST <= value < float("inf"):
            raise TraitError(
                f"YDocExtension.share_longest_validity is {value}: it has to be {SHORTEST:g} "
                "seconds or more, or None for as long as one likes"
            )
        return value

    @validate("share_links_file")
    def _no_folder(self, proposal: Any) -> str:
        value: str = proposal["value"]
        if value and Path(value).expanduser().is_dir():
            raise TraitError(
                f"YDocExtension.share_links_file is {value!r}, which is a folder: it has to be the "
                "path of a file, which may be a new one"
            )
        return value

    @validate("share_recheck_interval")
    def _no_negative_time(self, proposal: Any) -> float | None:
        return not_negative(proposal)

    def share_policy(self, *, on_hub: bool, strangers: bool) -> SharePolicy:
        """The traits as one value. ``strangers``: this server asks nobody to log in."""
        guests = self.share_with_guests
        return SharePolicy(
            document_links=self.share_document_links,
            server_links=self.share_server_links,
            roles=tuple(self.share_roles),
            longest=self.share_longest_validity,
            guests=not on_hub if guests is None else guests,
            named_only=on_hub and self.share_named_only,
            strangers=strangers,
        )
