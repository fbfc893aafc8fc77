"""Messages that no honest client sends, and connections that are no client's, as strategies of
hypothesis: of every kind there is, also of those that are yet to come."""

import json
import struct

import numpy as np
from hypothesis import strategies as st

from service.recipe.recipe import Recipe
from service.serving.protocol.kinds import KINDS
from service.serving.protocol.wire import CHUNK_BYTES, DTYPES, LIMITS, PROTOCOL_VERSION

DIGEST = "0123456789abcdef" * 4
INTRUDER = "7x"  # group of jobs that nobody may be able to submit
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
    st.sampled_from(sorted({name for kind in KINDS.values() for name in kind.buffers})),
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
        "network": st.sampled_from(["squeezenet", "torchvision:none"]),
        "layer": st.sampled_from(["grey", "crash"]),
        "channel": st.sampled_from([0, 7]),
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
    for field in KINDS[kind].model_fields:
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


def request(kind, *data, **fields):
    """The frames of a message."""
    header = {"protocol": PROTOCOL_VERSION, "kind": kind, "id": 1} | fields
    return [json.dumps(header).encode(), *data]


# Texts on which a reader may stumble: a piece again and again, with an end that does not fit.
pieces = st.sampled_from(
    ["1", "1.", "-", "1e", " ", "a", "a ", "r=", "=", "{", "_", ",", "1,", "x", "\0", "\x1b[31m"]
    + ["\U0001f600", "\ud800", "\n", "../", "buffer:", "\u0661", "(", "[", "*", "2*"]
)
crafted = st.tuples(pieces, st.sampled_from([1, 40, 1000, 50_000]), pieces).map(
    lambda drawn: drawn[0] * drawn[1] + drawn[2]
)
TEXTS = [name for name, field in Recipe.model_fields.items() if "str" in str(field.annotation)]
recipes = st.builds(
    lambda target, field, text: {"target": target, "group": "532", field: text},
    *(st.sampled_from(["mesh", "tile", "sphere"]), st.sampled_from(TEXTS), crafted),
)
# Functions: hypothesis would otherwise write down what it draws from.
HEAPS = (
    lambda: {"styles": [{"source": ""}] * 60_000},
    lambda: {"styles": [{f"key {k}": k for k in range(5000)}] * 10},
    lambda: {f"key {k}": k for k in range(60_000)},
    lambda: {"k" * 500_000: {f"{k}": {} for k in range(40_000)}},
    lambda: {"objective": {f"key {k}": k for k in range(60_000)}},
    lambda: {"group": [[[[0] * 50_000]]]},
)
heaps = st.integers(0, len(HEAPS) - 1).map(lambda number: HEAPS[number]())
honest_start = {"target": "sphere", "group": "532"}


def crafted_requests(jobs):
    """Requests whose texts or lists are long, or are read in many ways."""
    job = st.sampled_from([*jobs, "1-none"])
    values = st.one_of(crafted, heaps)
    return st.one_of(
        recipes.map(lambda recipe: request("submit", recipe=recipe)),
        heaps.map(lambda heap: request("submit", recipe={**honest_start, **heap})),
        crafted.map(
            lambda text: request("submit", recipe={**honest_start, "styles": [{"source": text}]})
        ),
        crafted.map(
            lambda text: request("submit", recipe={**honest_start, "size": 1}, cameras=[{text: 1}])
        ),
        st.builds(
            lambda job, text: request("adjust", job=job, changes={"colouring": text}), job, crafted
        ),
        st.builds(
            lambda job, key, value: request("adjust", job=job, changes={key: value}),
            *(job, crafted, values),
        ),
        st.builds(lambda job, heap: request("adjust", job=job, changes=heap), job, heaps),
        st.builds(
            lambda kind, field, value: request(kind, **{field: value}),
            *(st.sampled_from(sorted(KINDS)), st.sampled_from(["job", "id", "seed", "after"])),
            values,
        ),
    )


def wants(jobs):
    """Wishes for frames of all sizes and times."""
    return st.builds(
        lambda job, after, size: request("frame", job=job, after=after, max_size=size),
        st.sampled_from([*jobs, "1-none"]),
        st.integers(-1, 1 << 31),
        st.integers(0, 40),
    )


def repaints(jobs):
    """Regions of all sizes."""
    return st.builds(
        lambda job, shape, value, named: request(
            "repaint",
            *([] if named else [bytes([value]) * int(np.prod(shape))]),
            job=job,
            seed=1,
            buffers=[] if named else [{"name": "region", "dtype": "|u1", "shape": shape}],
            uploads=[{"name": "region", "dtype": "|u1", "shape": shape, "sha256": DIGEST}] * named,
        ),
        st.sampled_from([*jobs, "1-none"]),
        st.sampled_from([[1, 1], [64, 64], [2000, 2000], [3000, 3000], [1 << 17, 1], [4, 4, 1]]),
        st.sampled_from([0, 255]),
        st.booleans(),
    )


def messages(own=(), watched=()):
    """Lists of frames, see :func:`almost_honest`."""
    requests = almost_honest(own, watched)
    return st.one_of(
        *(requests, requests, cut(almost_honest(own, ())), deep, odd_numbers, noise, too_much),
        *(crafted_requests(own), wants([*own, *watched]), repaints(own)),
    )


# --- bytes of connections that are no client's ---


def posted(head):
    """An HTTP request whose body is, read as ZMTP 1.0, a message that submits a job."""
    end = 0
    while end < len(head):  # a byte of length, then so many
        end += 1 + head[end]
    submit = request("submit", recipe={"target": "sphere", "group": INTRUDER, "size": 64})[0]
    return head + bytes(end - len(head)) + b"\x01\x00" + bytes([len(submit) + 1, 0]) + submit


def greeted(version, mechanism, routing_id, message):
    """The bytes of a whole conversation in ZMTP 3."""
    ready = b"\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity"
    ready += struct.pack(">I", len(routing_id)) + routing_id
    return (
        b"\xff\0\0\0\0\0\0\0\x01\x7f"
        + bytes(version)
        + mechanism.ljust(20, b"\0")
        + bytes(32)
        + (b"\x04" + bytes([len(ready)]) + ready if len(ready) < 256 else b"\x06" + ready)
        + (b"\0" + bytes([len(message)]) + message)
    )


heads = st.builds(
    lambda path, host: (
        f"POST /{path} HTTP/1.1\r\nHost: {host}:5577\r\nContent-Type: text/plain\r\n"
        "Content-Length: 1000\r\n\r\n"
    ).encode(),
    *(st.text("ab/", max_size=9), st.sampled_from(["127.0.0.1", "localhost"])),
)
# What libzmq 4.3.5 gives next where nobody has seeded it, and others that look like its own.
claims = st.integers(0, 400).map(lambda n: (0x6B8B4567 + n).to_bytes(5, "big")) | st.binary(
    min_size=4, max_size=4
).map(lambda tail: b"\0" + tail)
connections = st.one_of(
    heads.map(posted),
    st.builds(
        greeted,
        st.sampled_from([(3, 0), (3, 1), (2, 0), (1, 0), (9, 9)]),
        st.sampled_from([b"NULL", b"CURVE", b"PLAIN", b""]),
        st.one_of(claims, claims, st.binary(max_size=300)),
        st.binary(max_size=100),
    ),
    st.binary(max_size=300),
)
