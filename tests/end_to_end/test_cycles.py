"""The service's view of a textured mesh against Blender's own render of it.

Cycles with an emission shader, no filtering tricks: Non-Color texture, BOX pixel filter of one
pixel, transparent film, no bounces, no denoising, no adaptive sampling, float output.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import binary_erosion, gaussian_filter
from scipy.sparse import csr_matrix
from shapes import torus, uv_sphere

from geometry.cameras import Camera, surrounding_cameras
from geometry.pyramid import build_pyramid
from geometry.visibility import view_map

SIZE = 512
BAR = 1.0 / 255
SHAPES = {"sphere": uv_sphere(64, 32), "torus": torus(64, 32)}


def noise_texture():
    """High-contrast noise, band-limited to about two texels, 0..1."""
    noise = np.random.default_rng(7).normal(size=(SIZE, SIZE, 3))
    smooth = gaussian_filter(noise, (1.0, 1.0, 0), mode="wrap")
    return np.clip(0.5 + 0.35 * smooth / smooth.std(), 0, 1).astype(np.float32)


def off_centre(mesh, **changes):
    """A tilted view from nearby, off the centre, with sensor shift."""
    camera = surrounding_cameras(mesh, 7, 320, seed=11)[3]
    return replace(
        camera,
        height=240,
        lens=camera.lens * 0.8,
        shift_x=camera.shift_x + 0.08,
        shift_y=camera.shift_y - 0.05,
        **changes,
    )


def cycles_render(bpy, tmp_path, mesh, camera: Camera, texture):
    """(H, W, 4) straight float pixels, top row first, premultiplied."""
    from mathutils import Matrix

    scene = bpy.context.scene
    data = bpy.data.meshes.new("mesh")
    data.from_pydata(mesh.vertices.tolist(), [], mesh.triangles.tolist())
    data.uv_layers.new().data.foreach_set("uv", mesh.uvs.astype(np.float32).ravel())
    scene.collection.objects.link(bpy.data.objects.new("mesh", data))

    image = bpy.data.images.new("texture", SIZE, SIZE, float_buffer=True, is_data=True)
    rgba = np.ones((SIZE, SIZE, 4), np.float32)
    rgba[..., :3] = texture[::-1]  # Blender's first row is the bottom one
    image.pixels.foreach_set(rgba.ravel())
    material = bpy.data.materials.new("material")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    picture, glow = nodes.new("ShaderNodeTexImage"), nodes.new("ShaderNodeEmission")
    picture.image = image
    links.new(picture.outputs["Color"], glow.inputs["Color"])
    out = nodes.new("ShaderNodeOutputMaterial")
    links.new(glow.outputs["Emission"], out.inputs["Surface"])
    data.materials.append(material)

    eye = bpy.data.cameras.new("camera")
    eye.type = camera.kind
    for name in (
        *("lens", "sensor_width", "sensor_height", "sensor_fit", "shift_x", "shift_y"),
        *("ortho_scale", "clip_start", "clip_end"),
    ):
        setattr(eye, name, getattr(camera, name))
    scene.camera = bpy.data.objects.new("camera", eye)
    scene.collection.objects.link(scene.camera)
    scene.camera.matrix_world = Matrix([list(row) for row in camera.matrix_world])

    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = 64
    scene.cycles.use_adaptive_sampling = scene.cycles.use_denoising = False
    scene.cycles.max_bounces = 0
    scene.cycles.pixel_filter_type = "BOX"
    scene.render.film_transparent = True
    scene.render.resolution_x, scene.render.resolution_y = camera.width, camera.height
    scene.render.resolution_percentage = 100
    scene.render.pixel_aspect_x = camera.pixel_aspect_x
    scene.render.pixel_aspect_y = camera.pixel_aspect_y
    scene.view_settings.view_transform = "Standard"
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_depth = "32"
    scene.render.filepath = str(tmp_path / "render.exr")
    bpy.ops.render.render(write_still=True)
    made = bpy.data.images.load(scene.render.filepath)
    pixels = np.empty(camera.width * camera.height * 4, np.float32)
    made.pixels.foreach_get(pixels)
    return pixels.reshape(camera.height, camera.width, 4)[::-1]


@pytest.mark.parametrize("kind", ["PERSP", "ORTHO"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_service_view_is_the_cycles_render(empty_blender, tmp_path, shape, kind):
    mesh, texture = SHAPES[shape], noise_texture()
    camera = off_centre(mesh, kind=kind, ortho_scale=2.9, sensor_fit="AUTO")
    view = view_map(mesh, camera, (SIZE, SIZE), subsamples=8)
    s = view.sampling
    matrix = csr_matrix((s.weights, s.indices, s.indptr), shape=(s.rows, s.columns))
    ours = (matrix @ build_pyramid(texture)).reshape(camera.height, camera.width, 3)
    theirs = cycles_render(empty_blender, tmp_path, mesh, camera, texture)
    interior = binary_erosion(view.coverage == 1)
    assert interior.mean() > 0.2
    assert theirs[interior][:, :3].std() > 0.1  # there is something to get wrong
    error = np.abs(ours - theirs[..., :3])[interior].mean()
    print(f"{shape} {kind}: {error * 255:.3f}/255")
    assert error <= BAR
    assert np.abs(view.coverage - theirs[..., 3]).mean() <= BAR
    assert not math.isclose(camera.shift_x, 0)
