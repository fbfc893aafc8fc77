"""The service's view of a textured mesh against Blender's own render and ray casts of it.

Cycles with an emission shader, no filtering tricks: Non-Color texture, BOX pixel filter of one
pixel, transparent film, no bounces, no denoising, no adaptive sampling, float output.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import binary_erosion, gaussian_filter
from scipy.sparse import csr_matrix
from shapes import torus, uv_sphere

from geometry.maps.pyramid import build_pyramid
from geometry.mesh.mesh import make_mesh, make_occluders
from geometry.seeing.cameras import Camera, camera_from_fields, pixel_rays, resized
from geometry.seeing.surrounding import surrounding_cameras
from geometry.seeing.visibility import trace_ready, view_map

SIZE = 512
BAR = 1.0 / 255
RING, BALL = torus(64, 32), uv_sphere(64, 32)


def noise_texture():
    """High-contrast noise, band-limited to about two texels, 0..1."""
    noise = np.random.default_rng(7).normal(size=(SIZE, SIZE, 3))
    smooth = gaussian_filter(noise, (1.0, 1.0, 0), mode="wrap")
    return np.clip(0.5 + 0.35 * smooth / smooth.std(), 0, 1).astype(np.float32)


def off_centre(mesh, **changes):
    """A tilted view from nearby, off the centre, with sensor shift."""
    camera = surrounding_cameras(mesh, 7, 320, seed=11)[3]
    usual = {
        "height": 240,
        "lens": camera.lens * 0.8,
        "shift_x": camera.shift_x + 0.08,
        "shift_y": camera.shift_y - 0.05,
        "ortho_scale": 2.9,
    }
    return replace(camera, **(usual | changes))


def add_mesh(bpy, name, vertices, triangles, uvs=None):
    """A new object of the scene, whose polygons are the triangles."""
    data = bpy.data.meshes.new(name)
    data.from_pydata(vertices.tolist(), [], triangles.tolist())
    if uvs is not None:
        data.uv_layers.new().data.foreach_set("uv", uvs.astype(np.float32).ravel())
    made = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(made)
    return made


def add_glowing(bpy, mesh, texture):
    """The mesh as an object that shows its texture as it is."""
    from blender_addon.picture.shading import node_tree_of

    image = bpy.data.images.new("texture", SIZE, SIZE, float_buffer=True, is_data=True)
    rgba = np.ones((SIZE, SIZE, 4), np.float32)
    rgba[..., :3] = texture[::-1]  # Blender's first row is the bottom one
    image.pixels.foreach_set(rgba.ravel())
    material = bpy.data.materials.new("material")
    tree = node_tree_of(material)
    nodes, links = tree.nodes, tree.links
    nodes.clear()
    picture, glow = nodes.new("ShaderNodeTexImage"), nodes.new("ShaderNodeEmission")
    picture.image = image
    links.new(picture.outputs["Color"], glow.inputs["Color"])
    out = nodes.new("ShaderNodeOutputMaterial")
    links.new(glow.outputs["Emission"], out.inputs["Surface"])
    made = add_mesh(bpy, "mesh", mesh.vertices, mesh.triangles, mesh.uvs)
    made.data.materials.append(material)
    return made


def add_camera(bpy, camera: Camera):
    """The camera as the scene's, and its picture as the scene's."""
    from mathutils import Matrix

    eye = bpy.data.cameras.new("camera")
    eye.type = camera.kind
    for name in (
        *("lens", "sensor_width", "sensor_height", "sensor_fit", "shift_x", "shift_y"),
        *("ortho_scale", "clip_start", "clip_end"),
    ):
        setattr(eye, name, getattr(camera, name))
    scene = bpy.context.scene
    scene.camera = bpy.data.objects.new("camera", eye)
    scene.collection.objects.link(scene.camera)
    scene.camera.matrix_world = Matrix([list(row) for row in camera.matrix_world])
    scene.render.resolution_x, scene.render.resolution_y = camera.width, camera.height
    scene.render.resolution_percentage = 100
    scene.render.pixel_aspect_x = camera.pixel_aspect_x
    scene.render.pixel_aspect_y = camera.pixel_aspect_y
    return scene.camera


def cycles_render(bpy, tmp_path):
    """(H, W, 4) float pixels, top row first, premultiplied."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = 64
    scene.cycles.use_adaptive_sampling = scene.cycles.use_denoising = False
    scene.cycles.max_bounces = 0
    scene.cycles.pixel_filter_type = "BOX"
    scene.render.film_transparent = True
    scene.view_settings.view_transform = "Standard"
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_depth = "32"
    scene.render.filepath = str(tmp_path / "render.exr")
    bpy.ops.render.render(write_still=True)
    made = bpy.data.images.load(scene.render.filepath)
    width, height = made.size
    pixels = np.empty(width * height * 4, np.float32)
    made.pixels.foreach_get(pixels)
    return pixels.reshape(height, width, 4)[::-1]


def expect_render(view, texture, theirs):
    """The view of the texture is Cycles' picture: inside, and along the outline."""
    s = view.sampling
    matrix = csr_matrix((s.weights, s.indices, s.indptr), shape=(s.rows, s.columns))
    ours = (matrix @ build_pyramid(texture)).reshape(*view.coverage.shape, 3)
    assert theirs.shape[:2] == ours.shape[:2]
    interior = binary_erosion(view.coverage == 1)
    assert interior.mean() > 0.1
    assert theirs[interior][:, :3].std() > 0.1  # there is something to get wrong
    error = np.abs(ours - theirs[..., :3])[interior].mean()
    alpha = theirs[..., 3].astype(np.float64)
    outline = (view.coverage > 0) & (view.coverage < 1)
    # To first order, alpha is coverage moved by the offset of the two outlines.
    slopes = np.stack(np.gradient(view.coverage), axis=-1)[outline]
    differs = (alpha - view.coverage)[outline]
    offset = np.linalg.norm(np.linalg.lstsq(slopes, differs, rcond=None)[0])
    print(
        f"interior {error * 255:.3f}/255, coverage along the outline "
        f"{np.abs(differs).mean():.4f}, outlines {offset:.4f} pixels apart"
    )
    assert error <= BAR
    assert np.abs(view.coverage - alpha).mean() <= BAR
    assert np.abs(view.coverage - alpha).max() <= 0.5  # nowhere is the outline half a pixel off
    assert np.abs(differs).mean() <= 0.03
    assert offset <= 0.02


@pytest.mark.parametrize(
    ("mesh", "changes"),
    [
        pytest.param(RING, {}, id="perspective"),
        pytest.param(BALL, {"kind": "ORTHO"}, id="orthographic"),
        pytest.param(RING, {"width": 240, "height": 320}, id="portrait"),
        pytest.param(
            RING, {"width": 200, "height": 320, "pixel_aspect_x": 2.0}, id="pixels of 2:1"
        ),
        pytest.param(
            RING, {"width": 240, "height": 320, "sensor_fit": "HORIZONTAL"}, id="fit to the width"
        ),
        pytest.param(
            RING, {"sensor_fit": "VERTICAL", "sensor_height": 30.0}, id="fit to the height"
        ),
        pytest.param(RING, {"clip_start": 4.9, "clip_end": 6.0}, id="clip planes"),
        pytest.param(BALL, {}, id="sphere", marks=pytest.mark.slow),
        pytest.param(RING, {"kind": "ORTHO"}, id="orthographic ring", marks=pytest.mark.slow),
        pytest.param(
            *(RING, {"kind": "ORTHO", "pixel_aspect_y": 2.0}),
            id="orthographic, pixels of 1:2",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_service_view_is_the_cycles_render(empty_blender, tmp_path, mesh, changes):
    texture, camera = noise_texture(), off_centre(mesh, **changes)
    assert camera.shift_x != 0
    add_glowing(empty_blender, mesh, texture)
    add_camera(empty_blender, camera)
    view = view_map(mesh, camera, (SIZE, SIZE), subsamples=8)
    if "clip_start" in changes:
        whole = view_map(mesh, off_centre(mesh), (SIZE, SIZE), 1).coverage
        assert 0.3 < view.coverage.sum() / whole.sum() < 0.95
    expect_render(view, texture, cycles_render(empty_blender, tmp_path))


def test_a_gathered_view_is_the_cycles_render(empty_blender, tmp_path):
    """What the add-on gathers of a scene that is moved, turned and scaled throughout: the object,
    the camera and the camera's parent; and rendered at half its resolution."""
    from mathutils import Euler, Matrix

    from blender_addon.scene.gather import gather_mesh
    from blender_addon.scene.viewpoints import gather_cameras

    bpy, texture = empty_blender, noise_texture()
    scene = bpy.context.scene
    placed = add_glowing(bpy, RING, texture)
    turn = Euler((0.3, -0.5, 1.1)).to_matrix().to_4x4()
    placed.matrix_world = Matrix.Translation((3, -2, 1)) @ turn @ Matrix.Diagonal((1, 1.3, 0.8, 1))
    eye = add_camera(bpy, off_centre(RING, width=640, height=480))
    scene.render.resolution_percentage = 50
    parent = bpy.data.objects.new("parent", None)
    scene.collection.objects.link(parent)
    # The camera keeps its place before the object, below a parent whose uneven scale shears it.
    at = Matrix.Translation((3, -2, 1)) @ turn @ eye.matrix_world
    parent.matrix_world = Matrix.Translation((5, 5, 5)) @ Matrix.Diagonal((2.5, 2.2, 2.6, 1))
    eye.parent = parent
    bpy.context.view_layer.update()
    eye.matrix_world = at @ Matrix.Diagonal((3.0, 0.5, 2.0, 1))
    bpy.context.view_layer.update()
    assert np.ptp(np.linalg.norm(np.array(eye.matrix_world)[:3, :3], axis=0)) > 1
    depsgraph = bpy.context.evaluated_depsgraph_get()
    (fields,) = gather_cameras(placed, scene, depsgraph)
    gathered = gather_mesh(placed, depsgraph)
    mesh = make_mesh(gathered.vertices, gathered.triangles, gathered.uvs)
    view = view_map(mesh, resized(camera_from_fields(fields), 320), (SIZE, SIZE), subsamples=8)
    expect_render(view, texture, cycles_render(bpy, tmp_path))


@pytest.mark.parametrize("method", ["auto", "rays"])
@pytest.mark.parametrize("kind", ["PERSP", "ORTHO"])
def test_what_is_seen_is_what_blenders_rays_hit(empty_blender, kind, method):
    """Two rings in each other, of which one is painted: pixel by pixel the same face, or nothing
    where the other ring or the background is."""
    bpy, occluder = empty_blender, torus(48, 24)
    moved = occluder.vertices[:, [0, 2, 1]] + (0.7, 0.1, -0.1)
    add_mesh(bpy, "painted", RING.vertices, RING.triangles)
    add_mesh(bpy, "occluder", moved, occluder.triangles)
    bpy.context.view_layer.update()
    depsgraph = bpy.context.evaluated_depsgraph_get()
    camera = off_centre(RING, kind=kind, ortho_scale=4.0, width=160, height=120, lens=60.0)
    # Every face its own texel: the view's columns are faces.
    faces = len(RING.triangles)
    uvs = np.repeat((np.arange(faces)[:, None] + 0.5) / faces * (1, 0) + (0, 0.5), 3, axis=0)
    numbered = replace(RING, uvs=uvs.reshape(faces, 3, 2))
    ready = trace_ready(numbered, occluders=make_occluders(moved, occluder.triangles))
    s = view_map(ready, camera, (1, faces), subsamples=1, method=method).sampling
    matrix = csr_matrix((s.weights, s.indices, s.indptr), shape=(s.rows, s.columns))
    seen = np.where(np.diff(s.indptr) > 0, np.asarray(matrix.argmax(axis=1)).ravel(), -1)
    y, x = np.mgrid[: camera.height, : camera.width] + 0.5
    origins, directions = pixel_rays(camera, np.column_stack([x.ravel(), y.ravel()]))
    hits = [
        bpy.context.scene.ray_cast(depsgraph, origin, direction)
        for origin, direction in zip(origins.tolist(), directions.tolist(), strict=True)
    ]
    expected = np.array([h[3] if h[0] and h[4].name == "painted" else -1 for h in hits])
    hidden = np.array([h[0] and h[4].name == "occluder" for h in hits])
    assert min((expected >= 0).mean(), hidden.mean()) > 0.05
    assert (seen == expected).mean() >= 0.999
