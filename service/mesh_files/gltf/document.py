"""A glTF file opened: its header, and the bytes that it names."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from service.mesh_files.gltf.errors import GltfError
from service.mesh_files.gltf.extensions import check_required
from service.mesh_files.textures import named_file

_MAGIC, _JSON, _BINARY = b"glTF", 0x4E4F534A, 0x004E4942
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two letters at least: C:\ is a drive
_FLAT = "Export it as GLB, with everything inside."


@dataclass(frozen=True, eq=False)
class Document:
    """header: the JSON. path: the file. chunk: a GLB's own buffer."""

    header: dict[str, Any]
    path: Path
    chunk: bytes | None
    _fetched: dict[str, bytes] = field(default_factory=dict)

    def entry(self, kind: str, index: int) -> dict[str, Any]:
        """Object ``index`` of the header's list ``kind``. Raises GltfError if there is none."""
        entries = self.header.get(kind, [])
        if not isinstance(index, int) or not 0 <= index < len(entries):
            raise GltfError(f"it has no {kind}[{str(index)[:20]}], though it is named")
        found: dict[str, Any] = entries[index]
        return found

    def view(self, index: int) -> memoryview:
        """The bytes of a buffer view. Raises GltfError if they are not there."""
        view = self.entry("bufferViews", index)
        start, length = view.get("byteOffset", 0), view["byteLength"]
        data = self._buffer(view["buffer"])
        if start < 0 or length < 0 or start + length > len(data):
            raise GltfError(f"bufferViews[{index}] reaches beyond its buffer")
        return memoryview(data)[start : start + length]

    def file(self, uri: str) -> Path | None:
        """The file that a uri names, None if it is not there. Raises GltfError for addresses."""
        if _SCHEME.match(uri):
            raise GltfError(f"it names {uri[:60]}, and only files beside it are read", _FLAT)
        names = (unquote(uri), uri)  # some exporters escape nothing
        files = (named_file(self.path.parent, name) for name in names if "\0" not in name)
        return next((file for file in files if file is not None), None)

    def fetch(self, uri: str) -> bytes:
        """What a uri holds or names. Raises GltfError."""
        if uri[:5].lower() == "data:":
            return _inline(uri)
        file = self.file(uri)
        if file is not None:
            with contextlib.suppress(OSError):
                return file.read_bytes()
        raise GltfError(
            f"it names {unquote(uri)[:80]}, which cannot be found or read",
            f"Put it into the folder of the glTF file. Or: {_FLAT}",
        )

    def _buffer(self, index: int) -> bytes:
        buffer = self.entry("buffers", index)
        if "uri" in buffer:
            uri = str(buffer["uri"])
            if uri not in self._fetched:
                self._fetched[uri] = self.fetch(uri)
            data = self._fetched[uri]
        elif index == 0 and self.chunk is not None:
            data = self.chunk
        else:
            raise GltfError(f"buffers[{index}] holds no data", "Export it without compression.")
        if len(data) < buffer["byteLength"]:
            raise GltfError(f"buffers[{index}] is cut off")
        return data


def open_document(path: Path) -> Document:
    """A glTF file, binary or not, whatever its name ends in. Raises GltfError, OSError."""
    data = path.read_bytes()
    text, chunk = _chunks(data) if data[:4] == _MAGIC else (data, None)
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        raise GltfError("its header is not JSON") from None
    if not isinstance(header, dict) or not isinstance(header.get("asset"), dict):
        raise GltfError("it is not a glTF file")
    asset = header["asset"]
    if str(asset.get("minVersion", asset.get("version", "2.0"))) not in ("2.0", "2.1"):
        version = str(asset.get("minVersion", asset.get("version")))[:10]
        raise GltfError(f"it is glTF of version {version}", "Export it as glTF 2.0.")
    check_required(header)
    return Document(header, path, chunk)


def _chunks(data: bytes) -> tuple[bytes, bytes | None]:
    """The JSON of a GLB file, and its buffer."""
    if len(data) < 20:
        raise GltfError("it is cut off")
    version, _, length, kind = struct.unpack_from("<4I", data, 4)
    if version != 2:
        raise GltfError(f"it is GLB of version {version}", "Export it as glTF 2.0.")
    if kind != _JSON:
        raise GltfError("it does not begin with a header")
    text, start = data[20 : 20 + length], 20 + length
    while start + 8 <= len(data):
        length, kind = struct.unpack_from("<2I", data, start)
        if kind == _BINARY:
            return text, data[start + 8 : start + 8 + length]
        start += 8 + length
    return text, None


def _inline(uri: str) -> bytes:
    """The bytes of a data: uri, in base64 or percent-encoded."""
    head, comma, body = uri.partition(",")
    if not comma:
        raise GltfError("one of its data: uris is cut off")
    data = unquote_to_bytes(body)
    if not head.lower().endswith(";base64"):
        return data
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4))
    except ValueError:
        raise GltfError("one of its data: uris is not base64") from None
