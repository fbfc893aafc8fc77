"""What an artist does with the zip: install, switch off and on, paint, save, open again.

    python install_and_paint.py ZIP FILE.blend PROFILE SERVICE_PYTHON ADDRESS

The add-on starts SERVICE_PYTHON where nobody serves ADDRESS. Nothing is unregistered at the end.
"""

import sys
from pathlib import Path

import bpy
import numpy as np

# isort: split
import addon_utils  # comes with bpy

ZIP, FILE, PROFILE, SERVICE_PYTHON, ADDRESS = sys.argv[1:]
KEY = "bl_ext.user_default.orbitex"


def pixels(image):
    values = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(values)
    return values.reshape(-1, 4)[:, :3]


try:
    import zmq

    raise SystemExit(f"pyzmq is here without the extension: {zmq.__file__}")
except ImportError:
    pass
bpy.ops.extensions.package_install_files(filepath=ZIP, repo="user_default", enable_on_install=True)
assert KEY in bpy.context.preferences.addons, "not enabled"
import zmq  # noqa: E402

assert Path(zmq.__file__).is_relative_to(PROFILE), zmq.__file__
for _ in range(2):
    assert hasattr(bpy.types, "ORBITEX_OT_paint")
    addon_utils.disable(KEY)
    assert not hasattr(bpy.types, "ORBITEX_OT_paint")
    addon_utils.enable(KEY, default_set=True)
bpy.context.preferences.addons[KEY].preferences.python = SERVICE_PYTHON
bpy.ops.wm.save_userpref()

bpy.ops.wm.read_factory_settings(use_empty=True)
addon_utils.enable(KEY, default_set=True)  # the factory's preferences have no add-on
bpy.context.preferences.addons[KEY].preferences.python = SERVICE_PYTHON
painted = {}
for add, group in (
    (bpy.ops.mesh.primitive_ico_sphere_add, "532"),
    (bpy.ops.mesh.primitive_monkey_add, "1"),
):
    add()
    frames = []
    sys.modules[f"{KEY}.jobs.pump"].on_frame.append(lambda *frame, seen=frames: seen.append(frame))
    bpy.ops.orbitex.paint(
        group=group,
        style="night_strokes",
        size=96,
        quality="draft",
        views=2,
        address=ADDRESS,
        autostart=True,
    )
    assert len(frames) > 2, "it did not grow"
    image = bpy.context.object.orbitex.image
    painted[image.name] = pixels(image)
    assert painted[image.name].std(axis=0).max() > 0.02, "nothing was painted"
bpy.ops.wm.save_as_mainfile(filepath=FILE)
bpy.ops.wm.open_mainfile(filepath=FILE)
assert len(painted) == 2
for name, before in painted.items():
    assert np.allclose(pixels(bpy.data.images[name]), before, atol=1 / 255), f"{name} is lost"
print("painted with", zmq.__version__, "in", bpy.app.version_string)
