import numpy as np
import pytest
from scipy.integrate import quad

from geometry.errors import InputError
from geometry.hyperbolic.models import MODELS, find_model
from geometry.spaces import HYPERBOLIC

CONFORMAL = ("poincare", "halfplane", "band", "conformal")


def random_places(model, count=2000, seed=0, inset=1e-3):
    """Places spread over a model's picture, off its edges by a part of its size."""
    random = np.random.default_rng(seed)
    left, right, bottom, top = model.extent
    xy = random.uniform((left, bottom), (right, top), (4 * count, 2)) * (1 - inset)
    return xy[model.to_space(xy / (1 - inset))[1]][:count]


def near_places(model):
    """Places where a step of a millionth is small: a unit of the picture is at most 20 long."""
    xy = random_places(model)
    return xy[model.footprint(xy) < 20]


def geodesic(a, b, count=7):
    """Points (count, 3) between two points, at equal distances."""
    d = np.arccosh(-HYPERBOLIC.inner(a, b))
    s = np.linspace(0, 1, count)[:, None]
    return (np.sinh((1 - s) * d) * a + np.sinh(s * d) * b) / np.sinh(d)


def random_points(count, seed=0, radius=3.0):
    random = np.random.default_rng(seed)
    angle, t = random.uniform(0, 2 * np.pi, count), random.uniform(1, np.cosh(radius), count)
    ring = np.sqrt(t**2 - 1)
    return np.stack([ring * np.cos(angle), ring * np.sin(angle), t], axis=1)


@pytest.mark.parametrize("name", MODELS)
def test_there_and_back_is_the_identity(name):
    """To 1e-9, from pictures and from points; the square's corners and edges included."""
    model = MODELS[name]
    xy = random_places(model)
    points, inside = model.to_space(xy)
    assert inside.all()
    # relative to t: points near the rim are far away
    assert np.abs(HYPERBOLIC.inner(points, points) + 1).max() < 1e-9 * points[:, 2].max()
    assert np.allclose(model.from_space(points), xy, atol=1e-9)
    points = random_points(2000, radius=6)
    xy = model.from_space(points)
    again, inside = model.to_space(xy)
    assert inside.all()
    assert np.allclose(again, points, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_the_tile_is_upright_in_the_middle(name):
    """(0, 0, 1) has its place in the picture, and a mirror of the x axis is one of the picture."""
    model = MODELS[name]
    middle = model.from_space(np.array([[0.0, 0.0, 1.0]]))[0]
    assert middle == pytest.approx((0, 1) if name == "halfplane" else (0, 0))
    points = random_points(100)
    flip = np.array([-1, 1]) if name == "halfplane" else np.array([1, -1])
    assert np.allclose(model.from_space(points * (1, -1, 1)), model.from_space(points) * flip)


@pytest.mark.parametrize("name", MODELS)
def test_orientation_is_kept(name):
    """Counterclockwise in the plane is counterclockwise in the picture (y up)."""
    angle = np.radians([0, 120, 240])
    ring = np.sinh(0.2)
    points = np.stack([ring * np.cos(angle), ring * np.sin(angle), np.cosh(0.2) + 0 * angle], 1)
    a, b, c = MODELS[name].from_space(points)
    assert (b - a)[0] * (c - a)[1] - (b - a)[1] * (c - a)[0] > 0


def derivative(model, xy, step=1e-6):
    """Tangent vectors (n, 3) of the hyperboloid for a unit along x and along y."""
    return [
        (model.to_space(xy + step * e)[0] - model.to_space(xy - step * e)[0]) / (2 * step)
        for e in np.eye(2)
    ]


@pytest.mark.parametrize("name", MODELS)
def test_the_footprint_is_the_longest_image_of_a_unit(name):
    """Against the largest singular value of a numerical derivative, in hyperbolic length."""
    model = MODELS[name]
    xy = near_places(model)
    dx, dy = derivative(model, xy)
    e, f, g = (HYPERBOLIC.inner(a, b) for a, b in ((dx, dx), (dx, dy), (dy, dy)))
    largest = np.sqrt((e + g) / 2 + np.sqrt(((e - g) / 2) ** 2 + f**2))
    # where |x| = |y| the stretched square has a crease
    smooth = np.abs(np.abs(xy[:, 0]) - np.abs(xy[:, 1])) > 1e-4
    assert np.allclose(model.footprint(xy)[smooth], largest[smooth], rtol=1e-5)


@pytest.mark.parametrize("name", CONFORMAL)
def test_angles_are_true_in_conformal_models(name):
    """Cauchy and Riemann: the images of the two axes are orthogonal and of the same length."""
    model = MODELS[name]
    dx, dy = derivative(model, near_places(model))
    e, f, g = (HYPERBOLIC.inner(a, b) for a, b in ((dx, dx), (dx, dy), (dy, dy)))
    assert np.abs(f / e).max() < 1e-6
    assert np.allclose(e, g, rtol=1e-6)


@pytest.mark.parametrize("name", ["klein", "square"])
def test_angles_are_not_true_in_the_others(name):
    dx, dy = derivative(MODELS[name], near_places(MODELS[name]))
    assert np.median(np.abs(HYPERBOLIC.inner(dx, dy) / HYPERBOLIC.inner(dx, dx))) > 0.05


def test_lines_are_straight_in_kleins_disc():
    model = MODELS["klein"]
    points = random_points(40, seed=2)
    for a, b in zip(points[::2], points[1::2], strict=True):
        x, y = (model.from_space(geodesic(a, b)) - model.from_space(a[None])).T
        assert np.abs(x * y[-1] - y * x[-1]).max() < 1e-12


@pytest.mark.parametrize("name", ["poincare", "halfplane"])
def test_lines_are_circles_at_right_angles_to_the_edge(name):
    """Three points give the circle; the others lie on it, and it meets the model's edge at 90°."""
    model = MODELS[name]
    points = random_points(40, seed=3)
    for a, b in zip(points[::2], points[1::2], strict=True):
        z = model.from_space(geodesic(a, b)) @ np.array([1, 1j])
        # |z − c|² = r²  is linear in c and |c|² − r²
        rows = np.stack([2 * z.real, 2 * z.imag, -np.ones(len(z))], axis=1)
        circle, misfit, _, _ = np.linalg.lstsq(rows, np.abs(z) ** 2, rcond=None)
        assert misfit < 1e-12
        if name == "poincare":
            assert circle[2] == pytest.approx(1, abs=1e-6)  # orthogonal to the unit circle
        else:
            assert circle[1] == pytest.approx(0, abs=1e-6)  # its centre lies on the real axis


def test_the_bands_axis_has_even_scale():
    """Points s apart on the x axis are 2s/π apart in a band of height 2: period of a frieze."""
    s = np.linspace(-3, 3, 13)
    points = np.stack([np.sinh(s), 0 * s, np.cosh(s)], axis=1)
    assert np.allclose(MODELS["band"].from_space(points), np.stack([2 * s / np.pi, 0 * s], 1))


def test_the_stretched_square_keeps_directions_and_norms():
    """‖p′‖₂ = ‖p‖∞."""
    xy = random_places(MODELS["square"])
    disc = MODELS["poincare"].from_space(MODELS["square"].to_space(xy)[0])
    assert np.allclose(np.arctan2(*disc.T), np.arctan2(*xy.T))
    assert np.allclose(np.hypot(*disc.T), np.abs(xy).max(axis=1))


def test_the_conformal_square_is_schwarz_and_christoffels():
    """Disc → square is ∫ dz/√(1 + z⁴), scaled: the integral in steps along a radius."""
    ends = 0.999 * np.exp(1j * np.radians([3, 17, 40, 45, 60, 90, 200, 333]))
    z = np.concatenate([ends, ends / 2])

    def integral(end):
        def along(s):
            return end / np.sqrt(1 + (s * end) ** 4)

        return quad(lambda s: along(s).real, 0, 1)[0] + 1j * quad(lambda s: along(s).imag, 0, 1)[0]

    scale = 1 / quad(lambda s: 1 / np.sqrt(1 + s**4), 0, 1)[0]  # the side's middle is at 1
    expected = scale * np.array([integral(end) for end in z])
    from_disc = MODELS["conformal"].from_disc(z)
    assert np.allclose(from_disc, expected, atol=1e-9)


def test_the_conformal_square_reaches_its_corners():
    model = MODELS["conformal"]
    corner = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * (1 - 1e-6)
    disc = MODELS["poincare"].from_space(model.to_space(corner)[0])
    assert np.allclose(disc, corner / np.hypot(*corner.T)[:, None], atol=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_outside_of_a_model_there_is_no_point(name):
    bottom = MODELS[name].extent[2]
    xy = np.array([[0, bottom - 0.01], [0, bottom], [-9, bottom - 9]])
    points, inside = MODELS[name].to_space(xy)
    assert not inside.any()
    assert np.isfinite(points).all()


def test_models_are_found_by_name():
    assert find_model(" Poincare ") is MODELS["poincare"]
    with pytest.raises(InputError) as refused:
        find_model("kline")
    assert refused.value.code == "unknown-model"
    assert "klein" in refused.value.hint


def test_aspects():
    assert [m.aspect for m in MODELS.values()] == [1, 1, 2, 2, 1, 1]
