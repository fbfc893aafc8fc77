"""Messages that no honest client sends, from a seed."""

import json
import random


def malformed_messages(seed, count):
    """Yields ``count`` lists of frames."""
    random_ = random.Random(seed)
    for _ in range(count):
        yield random_.choice(MAKERS)(random_)


def _honest(random_):
    kind = random_.choice(["hello", "submit", "frame", "cancel", "finish", "result", "heartbeat"])
    header = {"protocol": 1, "kind": kind, "id": random_.randrange(5), "job": "1-none"}
    header |= {"recipe": {"target": "mesh", "group": "C3", "size": 64}, "cameras": []}
    header["buffers"] = [{"name": "vertices", "dtype": "<f4", "shape": [2, 3]}]
    return header, [bytes(24)]


def _noise(random_):
    return [random_.randbytes(random_.randrange(200)) for _ in range(random_.randrange(1, 5))]


def _cut(random_):
    header, buffers = _honest(random_)
    text = json.dumps(header).encode()
    return [text[: random_.randrange(len(text))], *buffers]


def _short_buffer(random_):
    header, _ = _honest(random_)
    return [json.dumps(header).encode(), bytes(random_.randrange(24))]


def _lost_buffer(random_):
    return [json.dumps(_honest(random_)[0]).encode()]


def _odd_description(random_):
    header, buffers = _honest(random_)
    key = random_.choice(["name", "dtype", "shape"])
    header["buffers"][0][key] = _odd_value(random_)
    return [json.dumps(header).encode(), *buffers]


def _odd_field(random_):
    header, buffers = _honest(random_)
    # A recipe at fault, never a good one: these messages must not start jobs.
    key = random_.choice(["protocol", "kind", "id", "job", "recipe", "after", "max_size"])
    header[key] = _odd_value(random_)
    header["cameras"] = _odd_value(random_) or 1
    return [json.dumps(header).encode(), *buffers]


def _deep(random_):
    depth = random_.choice([50, 900, 5000, 100_000])
    return [b'{"protocol": 1, "kind": "submit", "recipe": ' + b"[" * depth + b"]" * depth + b"}"]


def _odd_numbers(random_):
    number = random_.choice(["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, "1" * 400])
    text = f'{{"protocol": 1, "kind": "frame", "id": 1, "job": "x", "after": {number}}}'
    return [text.encode()]


def _odd_value(random_):
    return random_.choice(
        [
            None,
            True,
            -1,
            1 << 70,
            0.5,
            "",
            "\ud800",
            "x" * 5000,
            "|O",
            [],
            [0],
            [-1, 3],
            [1 << 40, 1 << 40],
            [[[]]],
            {},
            {"a": {"b": [None]}},
            [{"lens": [1] * 500}],
            [{"matrix_world": 1 << 200}],
        ]
    )


MAKERS = [
    _noise,
    _cut,
    _short_buffer,
    _lost_buffer,
    _odd_description,
    _odd_field,
    _deep,
    _odd_numbers,
]
