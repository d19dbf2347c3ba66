"""Handlers in whose address is a secret."""

from __future__ import annotations

from types import TracebackType

from jupyter_server.base.handlers import JupyterHandler


class SecretAddressHandler(JupyterHandler):
    """Jupyter Server leaves secrets out of the line that it logs for each request. What Tornado
    logs of a request that fails has the whole address, so it gets one without the query."""

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.request.uri = self.request.path
        super().log_exception(typ, value, tb)
