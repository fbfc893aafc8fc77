"""glTF files made piece by piece, with what exporters write seldom."""

import base64
import json
import struct
from pathlib import Path

import numpy as np

TYPES = {"i1": 5120, "u1": 5121, "i2": 5122, "u2": 5123, "u4": 5125, "f4": 5126}
KINDS = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
SQUARE = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], float)
SQUARE_UVS = np.column_stack([SQUARE[:, 0], 1 - SQUARE[:, 1]])  # v down
HALVES = [(0, 1, 2), (0, 2, 3)]


class GltfFile:
    """``tree`` may be changed at will before ``write``."""

    def __init__(self, **header):
        self.tree = {"asset": {"version": "2.0"}, **header}
        self.blob = b""

    def add(self, kind, entry):
        self.tree.setdefault(kind, []).append(entry)
        return len(self.tree[kind]) - 1

    def view(self, data, **fields):
        self.blob += b"\0" * (-len(self.blob) % 4)
        view = {"buffer": 0, "byteOffset": len(self.blob), "byteLength": len(data), **fields}
        self.blob += data
        return self.add("bufferViews", view)

    def array(self, values, dtype="f4", **fields):
        values = np.array(values, dtype).reshape(len(values), -1)
        view = self.view(values.astype("<" + dtype).tobytes())
        kind = {"componentType": TYPES[dtype], "count": len(values), "type": KINDS[values.shape[1]]}
        return self.add("accessors", {"bufferView": view, **kind, **fields})

    def square(self, uvs=SQUARE_UVS, material=None, **attributes):
        """A primitive: the unit square at z = 0, seen from +z."""
        entry = {
            "attributes": {"POSITION": self.array(SQUARE), **attributes},
            "indices": self.array(np.ravel(HALVES), "u2"),
        }
        if uvs is not None:
            entry["attributes"]["TEXCOORD_0"] = self.array(uvs)
        return entry if material is None else entry | {"material": material}

    def mesh(self, *primitives, **fields):
        return self.add("meshes", {"primitives": list(primitives), **fields})

    def material(self, picture=None, texture=(), base=(), **fields):
        """With a PNG's or other picture's bytes. texture: of baseColorTexture; base: of
        pbrMetallicRoughness."""
        surface = dict(base)
        if picture is not None:
            image = self.add("images", {"bufferView": self.view(picture), "mimeType": "image/png"})
            index = self.add("textures", {"source": image})
            surface["baseColorTexture"] = {"index": index, **dict(texture)}
        return self.add("materials", {"name": "paint", "pbrMetallicRoughness": surface, **fields})

    def write(self, path: Path):
        """As .glb, or as .gltf with its buffer inside."""
        tree = json.loads(json.dumps(self.tree))
        if "nodes" not in tree:
            tree["nodes"] = [{"mesh": number} for number in range(len(tree.get("meshes", [])))]
        if "scenes" not in tree:
            below = {child for node in tree["nodes"] for child in node.get("children", ())}
            roots = [number for number in range(len(tree["nodes"])) if number not in below]
            tree |= {"scene": 0, "scenes": [{"nodes": roots}]}
        if self.blob and "buffers" not in tree:
            tree["buffers"] = [{"byteLength": len(self.blob)}]
        if path.suffix == ".gltf":
            inside = base64.b64encode(self.blob).decode()
            if self.blob:
                start = "data:application/octet-stream;base64,"
                tree["buffers"][0].setdefault("uri", start + inside)
            path.write_text(json.dumps(tree))
            return path
        text = json.dumps(tree).encode()
        text += b" " * (-len(text) % 4)
        blob = self.blob + b"\0" * (-len(self.blob) % 4)
        total = 12 + 8 + len(text) + 8 + len(blob)
        head = struct.pack("<4s4I", b"glTF", 2, total, len(text), 0x4E4F534A)
        path.write_bytes(head + text + struct.pack("<2I", len(blob), 0x004E4942) + blob)
        return path
