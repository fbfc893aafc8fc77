"""Pictures on the wire: encoded and back, and each encoded once for all that want it."""

import threading

import numpy as np
import pytest
from service_process import eventually

from service.serving import encoder as encoder_module
from service.serving.encoder import Encoder
from service.serving.protocol.encodings import ENCODINGS, RAW, Picture, encode_picture


def painting(height=60, width=90, channels=3):
    """Smooth, as paintings are, with a grain."""
    y, x = np.mgrid[:height, :width] / 20
    waves = np.stack([np.sin(x + 2 * k) * np.cos(y - k) for k in range(channels)], -1)
    grain = np.random.default_rng(0).normal(0, 4, waves.shape)
    return np.clip(127 + 90 * waves + grain, 0, 255).astype(np.uint8)


def sent(picture):
    """As a client gets it: header and buffers."""
    return Picture.of(picture.fields(), picture.buffers())


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_picture_comes_back(encoding, channels):
    pixels = painting(channels=channels)
    picture = encode_picture(pixels, encoding)
    assert picture.encoding == ("png" if (encoding, channels) == ("jpeg", 4) else encoding)
    found = sent(picture).pixels()
    assert found.shape == pixels.shape and found.dtype == np.uint8
    off = np.abs(found.astype(int) - pixels)
    assert off.mean() < 6 if picture.encoding == "jpeg" else not off.any()


def test_encodings_are_smaller_and_jpeg_is_much_smaller():
    size = {name: encode_picture(painting(256, 256), name).data.nbytes for name in ENCODINGS}
    assert size["raw"] == 256 * 256 * 3
    assert size["jpeg"] < 0.3 * size["raw"]
    assert max(size["zlib"], size["png"]) < 0.95 * size["raw"]


def test_rows_that_are_not_contiguous_are_encoded_as_they_look():
    pixels = painting()[::-2, ::3]
    for encoding in ("zlib", "png"):
        np.testing.assert_array_equal(sent(encode_picture(pixels, encoding)).pixels(), pixels)


def test_a_message_without_a_picture_has_none():
    assert Picture.of({"state": "queued"}, {}) is None


@pytest.mark.parametrize("encoding", ["zlib", "jpeg", "png"])
@pytest.mark.parametrize("damage", ["cut", "noise", "shape", "bomb"])
def test_what_is_no_picture_of_its_shape_is_refused(encoding, damage):
    picture = encode_picture(painting(), encoding)
    data, shape = picture.data, list(picture.shape)
    if damage == "cut":
        data = data[: len(data) // 3]
    elif damage == "noise":
        data = np.random.default_rng(1).integers(0, 256, 500, np.uint8)
    elif damage == "shape":
        shape[0] += 1
    else:  # much more than the header says
        data = encode_picture(np.zeros((3000, 3000, 3), np.uint8), encoding).data
    with pytest.raises(ValueError):
        Picture.of({"encoding": encoding, "shape": shape}, {"data": data}).pixels()


@pytest.mark.parametrize(
    "header", [{}, {"encoding": "gif", "shape": [1, 1, 3]}, {"encoding": "png"}]
)
def test_what_is_not_described_is_refused(header):
    with pytest.raises(ValueError):
        Picture.of(header, {"data": np.zeros(5, np.uint8)})


# --- the thread ---


@pytest.fixture
def encoder():
    encoder = Encoder()
    yield encoder
    encoder.close()


class Watcher:
    """Notes what it gets."""

    def __init__(self):
        self.got = []

    def __call__(self, picture):
        self.got.append(picture)


def collected(encoder, watcher):
    def arrived():
        encoder.collect()
        return bool(watcher.got)

    assert eventually(arrived)
    return watcher.got[-1]


def held(pixels):
    """A picture that is drawn when the event is set; how often is counted."""
    go, drawn = threading.Event(), []

    def draw():
        assert go.wait(10)
        drawn.append(1)
        return pixels

    return go, drawn, draw


def test_one_picture_is_made_once_for_all(encoder):
    go, drawn, draw = held(painting())
    watchers = [Watcher() for _ in range(32)]
    for number, watcher in enumerate(watchers):
        encoder.want("a", draw, "jpeg", b"%d" % number, watcher)
    encoder.collect()
    assert not any(watcher.got for watcher in watchers)  # it waits for nobody
    go.set()
    first = collected(encoder, watchers[0])
    assert first.encoding == "jpeg"
    assert all(watcher.got == [first] for watcher in watchers)
    late = Watcher()
    encoder.want("a", draw, "jpeg", b"late", late)
    assert late.got == [first] and drawn == [1]
    other = Watcher()
    encoder.want("b", draw, "png", b"0", other)
    assert collected(encoder, other).encoding == "png" and drawn == [1, 1]


def test_asking_again_replaces_the_older_wish(encoder):
    go, _, draw = held(painting())
    old, new = Watcher(), Watcher()
    encoder.want("a", draw, "zlib", b"me", old)
    encoder.want("a", draw, "zlib", b"me", new)
    go.set()
    collected(encoder, new)
    assert old.got == []


def test_too_many_go_as_they_are(encoder, monkeypatch):
    monkeypatch.setattr(encoder_module, "MAX_WAITING", 2)
    go, _, draw = held(painting())
    watchers = [Watcher() for _ in range(2)]
    for number, watcher in enumerate(watchers):
        encoder.want(number, draw, "png", b"x", watcher)
    third = Watcher()
    encoder.want(3, lambda: painting(9, 9), "png", b"x", third)
    assert [picture.encoding for picture in third.got] == [RAW]
    go.set()
    collected(encoder, watchers[1])


def test_a_picture_that_cannot_be_made_is_none_and_the_next_one_is(encoder, caplog):
    bad, good = Watcher(), Watcher()
    encoder.want("bad", lambda: np.zeros((3, 3), np.float64)[None], "jpeg", b"x", bad)
    encoder.want("good", painting, "jpeg", b"x", good)
    assert collected(encoder, good).encoding == "jpeg"
    assert bad.got == [None] and "could not be encoded" in caplog.text


def test_the_end_hands_out_what_is_under_way():
    encoder, watcher = Encoder(), Watcher()
    encoder.want("a", painting, "png", b"x", watcher)
    encoder.close()
    assert [picture.encoding for picture in watcher.got] == ["png"]
