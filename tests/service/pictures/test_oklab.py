import numpy as np

from service.pictures.oklab import from_oklab, to_oklab


def test_published_values():
    """B. Ottosson's, and CSS Color 4's, of pure red, white and black."""
    red, white, black = to_oklab(np.array([[1.0, 0, 0], [1, 1, 1], [0, 0, 0]]))
    assert np.allclose(red, [0.62796, 0.22486, 0.12585], atol=1e-4)
    assert np.allclose(white, [1, 0, 0], atol=1e-4) and np.allclose(black, 0)


def test_colours_come_back():
    colours = np.random.default_rng(0).random((40, 30, 3))
    assert np.allclose(from_oklab(to_oklab(colours)), colours, atol=1e-4)


def test_what_is_no_colour_keeps_its_lightness_and_its_hue():
    random = np.random.default_rng(1)
    turn = random.uniform(0, 2 * np.pi, 500)
    wanted = np.column_stack([random.uniform(0.2, 0.9, 500), np.cos(turn), np.sin(turn)])
    found = to_oklab(from_oklab(wanted))
    assert np.allclose(found[:, 0], wanted[:, 0], atol=5e-3)
    chroma = np.hypot(*found[:, 1:].T)
    assert np.all((chroma > 0.02) & (chroma < 0.4))
    assert np.allclose(found[:, 1:], wanted[:, 1:] * chroma[:, None], atol=5e-3)
