"""Messages that no honest client sends, as strategies of hypothesis: of every kind there is, also
of those that are yet to come."""

import json

import numpy as np
from hypothesis import strategies as st

from service.serving.wire import CHUNK_BYTES, DTYPES, LIMITS, PROTOCOL_VERSION
from service.serving.wire_kinds import KINDS

DIGEST = "0123456789abcdef" * 4
WATCHING = ("frame", "attach", "result")  # kinds that leave the job alone that they name

# JSON of any shape, with what Python writes and JSON does not have (NaN, half a surrogate).
odd = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(1 << 70), 1 << 70),
        st.floats(),
        st.text(max_size=5),
        st.sampled_from(["\ud800", "x" * 5000, "|O", "../../../etc/passwd", "\0", 1 << 40, -1, 0]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=6,
)
shapes = st.one_of(
    st.lists(st.integers(1, 4), min_size=1, max_size=4),
    st.sampled_from([[], [0], [-1, 3], [1 << 40, 1 << 40], [1 << 62, 4], [True], [2.0], [1] * 9]),
    odd,
)
names = st.one_of(
    st.sampled_from(sorted({name for kind in KINDS.values() for name in kind.request_buffers})),
    odd,
)


def honest(field, jobs):
    """A value as good as any for a field of a request."""
    recipe = {"target": "sphere", "group": "532", "size": 16, "seed": 1, "steps": 1}
    values = {
        "job": st.sampled_from(jobs),
        "recipe": st.one_of(
            st.just(recipe), st.dictionaries(st.sampled_from([*recipe, "styles"]), odd)
        ),
        "cameras": st.sampled_from([[], [{}], [{"lens": 50}]]),
        "digests": st.lists(st.just(DIGEST), max_size=3),
        "sha256": st.just(DIGEST),
        "size": st.sampled_from([1, 24, 1 << 30]),
        "offset": st.sampled_from([0, 1, CHUNK_BYTES]),
    }
    return values.get(field, odd)


@st.composite
def buffers(draw):
    """A buffer's description and its bytes, which often agree."""
    dtype, shape = draw(st.sampled_from(DTYPES)), draw(shapes)
    size = np.dtype(dtype).itemsize
    if isinstance(shape, list) and all(type(n) is int and 0 < n < 9 for n in shape):
        size *= int(np.prod(shape))
    size = draw(st.one_of(st.just(size), st.integers(0, 200)))
    spec = {"name": draw(names), "dtype": draw(st.one_of(st.just(dtype), odd)), "shape": shape}
    return draw(st.one_of(st.just(spec), odd)) if size % 7 == 0 else spec, bytes(size)


@st.composite
def almost_honest(draw, own, watched):
    """A request of any kind, with fields that may each be odd. Of jobs named ``watched`` it asks
    only what leaves them alone; with those named ``own`` it does what it likes."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    jobs = [*own, "", "1-none", *(watched if kind in WATCHING else ())]
    header = {"protocol": PROTOCOL_VERSION, "kind": kind, "id": draw(st.integers(0, 5))}
    for field in KINDS[kind].request:
        header[field] = draw(st.one_of(honest(field, jobs), odd))
    given = draw(st.lists(buffers(), max_size=3))
    header["buffers"] = [spec for spec, _ in given]
    for field in draw(st.sets(st.sampled_from(sorted(header)), max_size=1)):
        # Never another job than those, nor a kind that is right: the job might be the watched one.
        header[field] = draw(odd.filter(lambda value: value not in (*KINDS, *watched)))
    return [json.dumps(header).encode(), *(data for _, data in given)]


@st.composite
def cut(draw, messages):
    """A message that ends too early, or has a byte wrong."""
    frames = list(draw(messages))
    which = draw(st.integers(0, len(frames) - 1))
    data = bytearray(frames[which])
    end = draw(st.integers(0, len(data)))
    if end < len(data) and draw(st.booleans()):
        data[end] = draw(st.integers(0, 255))
    else:
        del data[end:]
    return [*frames[:which], bytes(data), *frames[which + 1 :]]


deep = st.sampled_from([50, 900, 5000, 100_000]).map(
    lambda depth: [
        b'{"protocol": 1, "kind": "submit", "recipe": ' + b"[" * depth + b"]" * depth + b"}"
    ]
)
odd_numbers = st.sampled_from(
    ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, "1" * 400, "-0.0"]
).map(lambda n: [f'{{"protocol": 1, "kind": "frame", "id": {n}, "after": {n}}}'.encode()])
too_much = st.sampled_from(
    [
        [b"[" + b" " * LIMITS.header_bytes + b"]"],
        [b"{}"] * (LIMITS.buffers + 2),
        [b'{"protocol": 1, "kind": "hello"}', bytes(1 << 20)],
        [b""] * 1000,
    ]
)
noise = st.lists(st.binary(max_size=200), min_size=1, max_size=5)


def messages(own=(), watched=()):
    """Lists of frames, see :func:`almost_honest`."""
    requests = almost_honest(own, watched)
    return st.one_of(requests, requests, cut(almost_honest(own, ())), deep, odd_numbers, noise) | (
        too_much
    )
