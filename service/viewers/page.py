"""The page of a painting: one HTML file that asks nothing of any network."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from geometry.errors import InputError
from geometry.spaces import SPHERE
from geometry.symmetry.diagram import action
from service.gallery.pages import THEME, asset
from service.viewers.reading import MESH, Painting, Receipt
from service.viewers.scenes import scene_json

_WHAT = {
    "tiling": "A pattern of the plane",
    "frieze": "A pattern of a strip",
    "equirectangular": "A pattern of the sphere",
    "cube": "A pattern of the sphere",
    "octahedral": "A pattern of the sphere",
    "hyperbolic": "A pattern of the hyperbolic plane",
    "spiral": "A spiral",
    "tunnel": "A tunnel",
    "rosette": "A rosette",
    "uv": "A painted mesh",
}
_MOST = 1 << 28  # bytes of a mesh that is put into a page


def viewer_page(painting: Painting) -> str:
    """The page as HTML. A mesh's GLB lies beside its picture. Raises InputError: "bad-receipt",
    "missing-file"."""
    is_mesh = painting.receipt.projection == MESH
    data = _mesh_json(painting) if is_mesh else scene_json(painting)
    script = _bundle("mesh" if is_mesh else "symmetric")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    receipt = painting.receipt
    return _template().render(
        title=painting.picture_file.stem,
        alt=_alt(receipt),
        facts=_facts(receipt),
        is_mesh=is_mesh,
        is_disc=receipt.projection == "rosette",
        data=data,
        theme=Markup(asset(THEME)),
        script=Markup(script),  # our own, from dist/
        digest=digest,
    )


def _alt(receipt: Receipt) -> str:
    """What a picture shows, for those who cannot see it."""
    what = _WHAT.get(receipt.projection, "A picture")
    return f"{what}, with the symmetry {receipt.group.name} and {_rule(receipt)}."


def _rule(receipt: Receipt) -> str:
    name = receipt.colouring.name
    return "no colour rule" if name == "none" else f"the colour rule {name}"


def _facts(receipt: Receipt) -> list[tuple[str, str]]:
    facts = [("Group", receipt.group.name)]
    if receipt.group.orbifold not in ("", receipt.group.name):
        facts.append(("Orbifold", receipt.group.orbifold))
    facts.append(("Colour rule", receipt.colouring.name))
    return [*facts, *((g.name, g.title) for g in receipt.generators[:8])]


def _mesh_json(painting: Painting) -> dict[str, Any]:
    """The mesh, and the axes of its turns in the coordinates of glTF."""
    glb = painting.picture_file.with_suffix(".glb")
    try:
        if glb.stat().st_size > _MOST:
            raise InputError("bad-receipt", "mesh", f"{glb} is too large for a page.")
        content = glb.read_bytes()
    except OSError:
        raise InputError(
            "missing-file",
            "mesh",
            f"There is no mesh {glb}.",
            "'service mesh' writes one beside its picture. What Blender painted is seen there.",
        ) from None
    axes = []
    for generator in painting.receipt.generators:
        matrix = np.array(generator.matrix)
        turning = np.linalg.det(matrix) > 0 and np.abs(matrix - np.eye(3)).max() > 1e-6
        point = action(SPHERE, matrix).point if turning else None
        if point is not None:
            axes.append({"name": generator.name, "axis": point.tolist()})
    return {"glb": base64.b64encode(content).decode("ascii"), "axes": axes}


def _bundle(name: str) -> str:
    text = files("service.viewers").joinpath("dist", f"{name}.js").read_text("utf-8")
    return text.replace("</script", "<\\/script")


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(str(files("service.viewers")))),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_function"] = _compact
    environment.policies["json.dumps_kwargs"] = {}
    return environment.get_template("page.html")


def _compact(value: Any, **_: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
