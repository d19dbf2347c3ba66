"""The server extension: traits become settings, and the parts are built and wired, here only."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Iterable, Iterator
from functools import cached_property
from logging import Logger
from typing import Any, Literal

from jupyter_server.extension.application import ExtensionApp
from jupyter_server.serverapp import ServerApp
from jupyter_ydoc.ybasedoc import YBaseDoc
from pycrdt import Doc
from traitlets import Any as AnyTrait
from traitlets import Bool, TraitError

from .files.contents import ContentsFiles
from .protocol.identity import Lineage, RoomId
from .room.people.everybody import People
from .room.people.lobby import Lobby
from .server import coexistence
from .server.actor import Actor
from .server.beginnings import Beginnings
from .server.clock import make_clock
from .server.document_actor import DocumentActor
from .server.handlers import (
    ROOM_PATTERN,
    SESSION_PATTERN,
    RoomHandler,
    Services,
    SessionHandler,
)
from .server.identity import IDENTITY_PATTERN, IdentityHandler
from .server.live.model import model_of
from .server.live.others import RoomsForOthers
from .server.memory import Trimmer, share_one_heap, system_trim
from .server.metrics import Metrics
from .server.opening import RoomOpener
from .server.requests import kernels
from .server.requests.missed import keep_what_is_missed
from .server.requests.uptodate import UpToDate
from .server.rooms import Rooms
from .server.sockets.heartbeat import Heartbeat
from .server.sockets.limits import LimitTraits
from .server.stopping import close_all
from .server.telemetry import Telemetry
from .server.turns import share_the_interpreter
from .server.warming import pass_over_what_is_there, prepare
from .settings import FLUSH_WINDOW, DocumentTraits
from .sharing.admission import LinkAdmission
from .sharing.build import build_sharing, sharing_handlers
from .sharing.service import Sharing
from .sharing.settings import SharingTraits
from .store.classes import JupyterSQLiteYStore
from .store.factory import compaction_policy, make_update_log, place_of, resolve_ystore_class
from .workers import in_thread

LONGEST_STOP = 10.0
"""Seconds after which the server ends, should a part hang beyond a limit of its own."""


@contextlib.contextmanager
def refusing_wrong_settings(log: Logger) -> Iterator[None]:
    """Where a setting is wrong the server does not start, and its log says why."""
    try:
        yield
    except (TraitError, ValueError) as error:
        log.critical("jupyter-collab cannot start: %s", error)
        raise SystemExit(1) from error


class YDocExtension(DocumentTraits, SharingTraits, LimitTraits, ExtensionApp):
    """Real-time collaboration on the documents of a Jupyter server."""

    name = "jupyter_collab"
    app_name = "Collaboration"
    classes = [JupyterSQLiteYStore]  # noqa: RUF012 - traitlets reads it from the class
    description = "Lets several people edit the same notebook or file at once."

    collaborative = Bool(
        None,
        allow_none=True,
        config=True,
        help="Whether documents are edited together. Default: what `jupyter lab "
        "--collaborative` says, otherwise False.",
    )
    ystore_class = AnyTrait(
        "jupyter_collab.JupyterSQLiteYStore",
        config=True,
        help="What keeps the documents' histories: jupyter_collab.JupyterSQLiteYStore, "
        "jupyter_collab.TempFileYStore, or the dotted name of any pycrdt.store class.",
    )
    disable_rtc = Bool(
        False,
        config=True,
        help="Do not edit documents together, whatever else says so (the name that "
        "jupyter-collaboration gives to this).",
    )

    # --- life cycle

    _stopping: asyncio.Future[None] | None = None

    def _link_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        """Refuse wrong settings before the server starts, instead of starting without us."""
        with refusing_wrong_settings(serverapp.log):
            super()._link_jupyter_server_extension(serverapp)

    def _take_settings(self) -> None:
        """What other extensions have read by now, such as ``jupyter_lab_config.py``, is for us too:
        a setting that forbids something must not be without effect because of its file."""
        with refusing_wrong_settings(self.log):
            config = self._server.config
            if any(config.get(name) != self.config.get(name) for name in self.section_names()):
                self.update_config(config)
            store_class, deprecation = resolve_ystore_class(self.ystore_class)
            self._update_log = make_update_log(store_class, config=config, log=self.log)
            self._compaction = compaction_policy(store_class, config)
        self._histories = place_of(self._update_log, store_class)
        if deprecation:
            self.log.warning(deprecation)
        if coexistence.flag_given(self._server):
            coexistence.let_flag_pass()

    @property
    def serving(self) -> bool:
        """Whether documents are edited together on this server, by us."""
        return self._wanted and coexistence.incumbent_enabled(self._server) is None

    @property
    def _wanted(self) -> bool:
        if self.disable_rtc:
            return False
        if self.collaborative is None:
            return coexistence.flag_given(self._server)
        return bool(self.collaborative)

    @property
    def _server(self) -> ServerApp:
        assert self.serverapp is not None, "the extension is not linked to a server yet"
        return self.serverapp

    def initialize_settings(self) -> None:
        self._take_settings()
        if not self.serving:
            self._tell_why_not()
            return
        share_the_interpreter()
        share_one_heap()
        settings = self._server.web_app.settings
        page_config = settings.setdefault("page_config_data", {})
        told = {"collaborative": True, "maxFrame": self.limits.frame_size}
        page_config["jupyterCollab"] = json.dumps(told)
        settings[coexistence.INCUMBENT] = self
        coexistence.answer_to_incumbents_name(self._server, self.name)
        kernels.share_kernels(self._server.session_manager)
        keep_what_is_missed(self._server, self.settings)
        self.sharing.gate.install()
        prepare(self._server, self.log)
        self._metrics.install()
        self._tell_that_it_serves()

    def _tell_that_it_serves(self) -> None:
        self.log.info(
            "Documents are edited together; their histories are kept in %s", self._histories
        )
        if self.share_named_only and not self.sharing.shares.policy.named_only:
            self.log.warning(
                "YDocExtension.share_named_only: without effect, as this server was not started by "
                "a JupyterHub"
            )

    def _tell_why_not(self) -> None:
        incumbent = coexistence.incumbent_enabled(self._server)
        if self._wanted and incumbent is not None:
            self.log.warning(incumbent.serves)
        elif self.disable_rtc:
            self.log.info("Documents are not edited together: YDocExtension.disable_rtc is set")
        elif incumbent is None:
            self.log.info(
                "Documents are not edited together: neither `jupyter lab --collaborative` nor "
                "YDocExtension.collaborative=True was given"
            )

    def initialize_handlers(self) -> None:
        if self.serving:
            services = {"services": lambda: self.services}
            self.handlers.extend(
                [
                    (SESSION_PATTERN, SessionHandler, services),
                    (ROOM_PATTERN, RoomHandler, services),
                    (IDENTITY_PATTERN, IdentityHandler, services),
                    *sharing_handlers(lambda: self.sharing),
                ]
            )

    async def _start_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        """After all extensions are loaded: those that load later would replace our hook."""
        if self.serving:
            coexistence.switch_off_incumbents_frontends(serverapp.web_app.settings)
            self.sharing.gate.install()
            pass_over_what_is_there()

    async def stop_extension(self) -> None:
        """Save all documents, close all rooms, and let go of the store and the files.

        Jupyter calls this for each Ctrl-C and each signal, and ends as soon as one of the calls
        returns: whoever does not wait for it to stop would have it stop at once. Where a call
        raises, Jupyter does not end at all.
        """
        self._metrics.close()
        services = self._services_if_used
        if services is None:
            return
        if self._stopping is None:
            stopping = close_all(services, self.sharing.close, self._update_log, self.log)
            self._stopping = asyncio.ensure_future(stopping)
        await asyncio.wait([self._stopping], timeout=LONGEST_STOP)
        if not self._stopping.done():
            self.log.error("Not all could be closed; not waiting any longer")

    # --- composition

    @cached_property
    def services(self) -> Services:
        """The parts, wired. Built at the first request: the file ids' manager loads after us."""
        clock, telemetry = make_clock(), self._telemetry
        files = ContentsFiles(
            self._server.contents_manager,
            self._server.web_app.settings.get("file_id_manager"),
            poll_interval=self.file_poll_interval,
            event_logger=self._server.event_logger,
            log=self.log,
        )
        opener = RoomOpener(
            files=files,
            update_log=self._update_log,
            policy=self.room_policy,
            compaction=self._compaction,
            clock=clock,
            telemetry=telemetry,
            log=self.log,
            beginnings=Beginnings(
                update_log=self._update_log,
                new_client_id=lambda: secrets.randbits(32),
                new_lineage=lambda: Lineage(secrets.token_hex(16)),
                in_thread=in_thread,
                log=self.log,
            ),
        )

        def make_lobby() -> Actor:
            decider = Lobby(FLUSH_WINDOW, clock())
            return Actor(decider, clock=clock, telemetry=telemetry, log=self.log)

        return Services(
            rooms=Rooms(opener.open, Trimmer(system_trim()).stirred, self.log),
            files=files,
            lobby=make_lobby(),
            people=People(),
            admission=LinkAdmission(self.sharing.shares, self.sharing.sockets),
            limits=self.limits,
            heartbeat=Heartbeat.of(self._server.web_app.settings),
            make_lobby=make_lobby,
        )

    @property
    def _services_if_used(self) -> Services | None:
        """Nothing is opened by asking for this."""
        return self.__dict__.get("services")

    @cached_property
    def _metrics(self) -> Metrics:
        def rooms() -> Iterable[DocumentActor]:
            services = self._services_if_used
            return () if services is None else services.rooms

        return Metrics(rooms)

    @cached_property
    def sharing(self) -> Sharing:
        """The links to documents, and the gate that holds their holders to them."""
        return build_sharing(
            self._server,
            self,
            files=lambda: self.services.files,
            before=UpToDate(lambda: self.services.rooms, self.log).before,
            telemetry=self._telemetry,
            log=self.log,
        )

    @cached_property
    def _telemetry(self) -> Telemetry:
        return Telemetry(self._server.event_logger)

    # --- for other extensions

    @property
    def ywebsocket_server(self) -> RoomsForOthers:
        """The rooms that are open, for extensions that know jupyter-collaboration's."""
        return RoomsForOthers(self.services.rooms)

    async def get_document(
        self,
        *,
        path: str | None = None,
        content_type: str | None = None,
        file_format: Literal["json", "text"] | None = None,
        room_id: str | None = None,
        copy: bool = True,
        create: bool = False,
    ) -> YBaseDoc | None:
        """The shared model of a document, for code on the server.

        Parameters
        ----------
        path, content_type, file_format:
            Which document, as a contents path with its type (``notebook``, ``file``) and format.
        room_id:
            Which document, as ``{format}:{type}:{file id}``; instead of the three.
        copy:
            Give a copy, whose changes nobody sees; otherwise the live document, whose changes
            go to everybody and to the file. It stays open as long as the model is referred to.
            Change it in the thread of the event loop, and wait for nothing within a transaction:
            what others write waits for its end.
        create:
            Open the document if nobody has it open; otherwise ``None`` is returned then.

        Raises
        ------
        ValueError
            If the document is named neither or both ways.
        BadRoomId
            If ``room_id`` is none.
        FileError
            If the file is missing, or cannot be opened as this type and format.
        ServerStopping
            If the server is about to end, and nobody has the document open.
        """
        room = await self._room_id(path, content_type, file_format, room_id)
        rooms = self.services.rooms
        actor = await rooms.open(room) if create else rooms.get(room)
        if actor is None:
            return None
        if not copy:
            return actor.live_model()
        doc: Doc[Any] = Doc()
        doc.apply_update(actor.room.replica.snapshot())
        return model_of(room.type)(doc)

    async def _room_id(
        self,
        path: str | None,
        content_type: str | None,
        file_format: str | None,
        room_id: str | None,
    ) -> RoomId:
        named = (path, content_type, file_format)
        if room_id is not None and named == (None, None, None):
            return RoomId.parse(room_id)
        if room_id is not None or path is None or content_type is None or file_format is None:
            raise ValueError(
                "Name the document by room_id, or by path, content_type and file_format"
            )
        file_id, _ = await self.services.files.file_id(path.strip("/"))
        return RoomId.parse(f"{file_format}:{content_type}:{file_id}")
