"""Style sheet, scripts and icons: read once, packed once, named by their content."""

import gzip
import mimetypes
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "static"
SHEETS = ("layers", "tokens", "base", "layout", "parts", "bars", "live", "pages", "print")
SHEET = "app.css"
FOR_EVER = "public, max-age=31536000, immutable"
HASH_LENGTH = 12
COMMENT = re.compile(rb"/\*.*?\*/", re.DOTALL)
PACKED = frozenset({".css", ".js", ".svg"})


@dataclass(frozen=True)
class Asset:
    """One file as it goes over the wire."""

    content: bytes
    packed: bytes | None
    media_type: str


@dataclass(frozen=True)
class Assets:
    """Every file by the name it is asked for; `hashed` tells that name for the plain one."""

    by_name: dict[str, Asset]
    hashed: dict[str, str]

    def url(self, name: str) -> str:
        """The address of a file, which changes with its content."""
        return f"/static/{self.hashed[name]}"

    def has(self, name: str) -> bool:
        """Whether a file was built; those that are not ours may be missing."""
        return name in self.hashed


def gather_assets(folder: Path = FOLDER) -> Assets:
    """Read all files; the parts of the style sheet become one."""
    sheets = [folder / "css" / f"{part}.css" for part in SHEETS]
    contents = {SHEET: b"\n".join(_laid_flat(sheet) for sheet in sheets if sheet.exists())}
    others = (folder.glob("js/*.js"), folder.glob("*.svg"), folder.glob("vendor/*"))
    for path in (path for group in others for path in group if path.is_file()):
        contents[path.name] = path.read_bytes()
    hashed = {name: _hashed(name, content) for name, content in contents.items()}
    return Assets({hashed[name]: _asset(name, contents[name]) for name in contents}, hashed)


async def serve_asset(request: Request) -> Response:
    """Answer a file by its hashed name, packed for whoever takes it so."""
    asset = request.app.state.rooms.assets.by_name.get(request.path_params["name"])
    if asset is None:
        return Response("No such file.\n", status_code=404, media_type="text/plain")
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.packed, headers=headers, media_type=asset.media_type)
    return Response(asset.content, headers=headers, media_type=asset.media_type)


routes = [Route("/static/{name}", serve_asset)]


def _laid_flat(sheet: Path) -> bytes:
    """A sheet without what only its authors read: indentation, empty lines and comments."""
    flat = COMMENT.sub(b"", sheet.read_bytes())
    return b"\n".join(line.strip() for line in flat.splitlines() if line.strip())


def _hashed(name: str, content: bytes) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{sha256(content).hexdigest()[:HASH_LENGTH]}.{suffix}"


def _asset(name: str, content: bytes) -> Asset:
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed = gzip.compress(content, 9, mtime=0) if Path(name).suffix in PACKED else None
    return Asset(content, packed, media_type)
