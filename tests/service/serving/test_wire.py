"""The encoding: what goes in comes out, what is malformed is refused by name."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from malformed import messages

from service.serving.protocol.kinds import KINDS, replies_file
from service.serving.protocol.page import protocol_page
from service.serving.protocol.wire import (
    DTYPES,
    LIMITS,
    PROTOCOL_VERSION,
    Limits,
    WireError,
    decode,
    encode,
    error_header,
)

ARRAYS = {
    "vertices": np.arange(12, dtype="<f4").reshape(4, 3),
    "triangles": np.arange(6, dtype="<i4").reshape(2, 3),
    "uvs": np.linspace(0, 1, 12).reshape(2, 3, 2),
    "picture": np.arange(24, dtype=np.uint8).reshape(2, 4, 3),
}


def raw(**changes):
    base = {"protocol": PROTOCOL_VERSION, "kind": "hello", "id": 7, "buffers": []}
    return [json.dumps(base | changes).encode()]


def test_round_trip_keeps_header_names_types_and_values():
    header, arrays = decode(encode({"kind": "submit", "id": "a", "x": [1.5, "ü"]}, ARRAYS))
    assert header == {"protocol": PROTOCOL_VERSION, "kind": "submit", "id": "a", "x": [1.5, "ü"]}
    assert list(arrays) == list(ARRAYS)
    for name, array in arrays.items():
        assert array.dtype == ARRAYS[name].dtype
        np.testing.assert_array_equal(array, ARRAYS[name])
        assert not array.flags.writeable


def test_arrays_that_are_not_contiguous_are_sent_as_they_look():
    array = ARRAYS["picture"][::-1, ::2]
    np.testing.assert_array_equal(decode(encode({"kind": "x"}, {"a": array}))[1]["a"], array)


def test_misaligned_memory_gives_aligned_arrays():
    head, body = encode({"kind": "x"}, {"a": ARRAYS["uvs"]})
    shifted = memoryview(b"." + bytes(body))[1:]
    array = decode([head, shifted])[1]["a"]
    assert array.flags.aligned
    np.testing.assert_array_equal(array, ARRAYS["uvs"])


@given(
    dtype=st.sampled_from(DTYPES),
    shape=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    seed=st.integers(0, 99),
)
@settings(max_examples=50, deadline=None)
def test_every_dtype_and_shape_survives(dtype, shape, seed):
    bits = np.random.default_rng(seed).integers(0, 255, [*shape, np.dtype(dtype).itemsize])
    array = np.ascontiguousarray(bits.astype(np.uint8)).view(dtype)[..., 0]
    again = decode(encode({"kind": "x"}, {"a": array}))[1]["a"]
    assert again.shape == tuple(shape)
    assert again.tobytes() == array.tobytes()


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros(3, ">f4"), "dtype"),
        (np.zeros(3, np.int64), "dtype"),
        (np.array([{}]), "dtype"),
        (np.zeros((0, 3), np.float32), "empty"),
    ],
)
def test_what_cannot_be_sent_is_refused_by_the_sender(array, said):
    with pytest.raises(WireError, match=said):
        encode({"kind": "x"}, {"a": array})


def test_a_header_with_nan_is_refused_by_the_sender():
    with pytest.raises(ValueError, match="JSON"):
        encode({"kind": "x", "loss": float("nan")})


def spec(**changes):
    return {"name": "a", "dtype": "<f4", "shape": [2, 3]} | changes


@pytest.mark.parametrize(
    ("frames", "code", "field"),
    [
        ([], "bad-header", "header"),
        ([b""], "bad-header", "header"),
        ([b"\xff\xfe\x00"], "bad-header", "header"),
        ([b"[1, 2]"], "bad-header", "header"),
        ([b"[" * 100_000], "bad-header", "header"),
        ([b'{"kind": "x", "x": NaN}'], "bad-header", "header"),
        ([b'{"kind": "x", "x": 1e999}'], "bad-header", "header"),
        ([b'{"kind": "x", "x": ' + b"9" * 5000 + b"}"], "bad-header", "header"),
        (raw(kind=None), "bad-header", "kind"),
        (raw(kind=["hello"]), "bad-header", "kind"),
        (raw(id={}), "bad-header", "id"),
        (raw(id="x" * 65), "bad-header", "id"),
        (raw(id=1 << 64), "bad-header", "id"),
        (raw(id=True), "bad-header", "id"),
        (raw(protocol=PROTOCOL_VERSION + 1), "protocol-version", "protocol"),
        (raw(protocol=True), "protocol-version", "protocol"),
        (raw(protocol=None), "protocol-version", "protocol"),
        ([*raw(), b""], "bad-buffer", "buffers"),
        (raw(buffers=None), "bad-buffer", "buffers"),
    ],
)
def test_malformed_headers_are_refused_by_name(frames, code, field):
    with pytest.raises(WireError) as caught:
        decode(frames)
    assert (caught.value.code, caught.value.field) == (code, field)


@pytest.mark.parametrize(
    ("described", "length"),
    [
        (spec(), 23),
        (spec(), 25),
        (spec(dtype="|O"), 24),
        (spec(dtype="<f2"), 24),
        (spec(dtype=[]), 24),
        (spec(shape=[]), 4),
        (spec(shape=[0, 3]), 0),
        (spec(shape=[-2, -3]), 24),
        (spec(shape=[True, 6]), 24),
        (spec(shape=[2.0, 3]), 24),
        (spec(shape="23"), 24),
        (spec(shape=[1, 1, 1, 2, 3]), 24),
        (spec(shape=[1 << 40, 1 << 40]), 24),
        (spec(name=""), 24),
        (spec(name="x" * 65), 24),
        (spec(name=3), 24),
        ("a", 24),
        (None, 24),
    ],
)
def test_malformed_buffers_are_refused(described, length):
    header = raw(id=7, buffers=[described])
    with pytest.raises(WireError) as caught:
        decode([*header, bytes(length)])
    assert caught.value.code == "bad-buffer"
    assert caught.value.request_id == 7


def test_two_buffers_of_one_name_are_refused():
    header = raw(buffers=[spec(), spec()])
    with pytest.raises(WireError, match="Two buffers"):
        decode([*header, bytes(24), bytes(24)])


def test_sizes_are_limited():
    small = Limits(header_bytes=200, buffers=1, total_bytes=300)
    for frames in ([bytes(201)], [b"{}", b"", b""], [b"{}", bytes(300)]):
        with pytest.raises(WireError) as caught:
            decode(frames, small)
        assert caught.value.code == "too-large"
    assert LIMITS.total_bytes <= 1 << 30


def test_a_refused_version_still_names_the_request():
    with pytest.raises(WireError) as caught:
        decode(raw(protocol=99, id="q1"))
    assert caught.value.request_id == "q1"


def test_an_error_can_be_sent():
    error = error_header("bad-value", "size", "Too small.", "Try 64.", request_id=3)
    header, _ = decode(encode(error))
    assert header["error"]["code"] == "bad-value"
    assert header["id"] == 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "protocol": st.just(PROTOCOL_VERSION) | JSON,
        "kind": st.sampled_from(sorted(KINDS)) | JSON,
        "id": JSON,
        "buffers": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "name": st.text(max_size=4) | JSON,
                    "dtype": st.sampled_from(DTYPES) | JSON,
                    "shape": st.lists(st.integers(-1, 4), max_size=5) | JSON,
                },
            ),
            max_size=3,
        )
        | JSON,
    },
)
MESSAGES = st.builds(
    lambda header, frames: [header, *frames],
    st.binary(max_size=60) | HEADERS.map(lambda header: json.dumps(header).encode()),
    st.lists(st.binary(max_size=60), max_size=3),
)


def only_refused(frames):
    try:
        header, arrays = decode(frames)
    except WireError as error:
        assert error.code in ("bad-header", "bad-buffer", "too-large", "protocol-version")
    else:
        encode(header, arrays)  # what is accepted can be passed on


@given(MESSAGES)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_but_wire_errors(frames):
    only_refused(frames)


@pytest.mark.slow
@pytest.mark.timeout(900)
@given(MESSAGES)
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_but_wire_errors_in_10_000(frames):
    only_refused(frames)


@given(messages())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_other_fuzzer_too(frames):
    only_refused(frames)


def test_the_protocol_page_is_current(pytestconfig):
    page = (pytestconfig.rootpath / "docs" / "protocol.md").read_text(encoding="utf-8")
    assert page == protocol_page() + "\n", (
        "run: python -m service.serving.protocol.page docs/protocol.md"
    )


def test_the_file_of_replies_is_current(pytestconfig):
    file = pytestconfig.rootpath / "service" / "serving" / "protocol" / "replies.json"
    assert file.read_text(encoding="utf-8") == replies_file(), (
        f"run: python -m service.serving.protocol.kinds {file}"
    )
    link = pytestconfig.rootpath / "blender_addon" / "link" / "replies.json"
    assert link.read_bytes() == file.read_bytes()
