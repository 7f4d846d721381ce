"""A broker's management over HTTP, as far as making users goes: keeps what it is told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Management:
    """What was put where, and a beginning of paths that are refused at the moment."""

    url: str = ""
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    refuses: str | None = None


@contextmanager
def management() -> Iterator[Management]:
    """Answers on a port of its own until the block ends."""
    kept = Management()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(kept))
    kept.url = f"http://guest:guest@127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(kept: Management) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._end(HTTPStatus.OK if self.path in kept.kept else HTTPStatus.NOT_FOUND)

        def do_PUT(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if kept.refuses is not None and self.path.startswith(f"/api/{kept.refuses}"):
                self._end(HTTPStatus.INTERNAL_SERVER_ERROR)
                return
            kept.kept[self.path] = body
            self._end(HTTPStatus.NO_CONTENT)

        def _end(self, status: HTTPStatus) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
