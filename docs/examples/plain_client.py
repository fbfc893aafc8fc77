"""Paint a tile with pyzmq and NumPy alone: python plain_client.py ADDRESS > tile.ppm"""

import sys

import numpy as np
import zmq

service = zmq.Context().socket(zmq.DEALER)
service.connect(sys.argv[1])  # as in tcp://127.0.0.1:5577


def ask(kind, **fields):
    """Send a request; its reply, and the arrays that come with it."""
    service.send_json({"protocol": 1, "kind": kind, "id": kind, **fields})
    reply = service.recv_json() if service.poll(600_000) else sys.exit("Nothing answers.")
    if reply["kind"] == "error":
        sys.exit(reply["error"]["message"])
    described = reply["buffers"]
    return reply, [np.frombuffer(service.recv(), d["dtype"]).reshape(d["shape"]) for d in described]


job = ask("submit", recipe={"target": "tile", "group": "p6", "size": 256})[0]["job"]
state, step = "queued", -1
while state not in ("finished", "failed", "cancelled"):
    reply, _pixels = ask("frame", job=job, after=step, max_size=64)
    state, step = reply["state"], (reply["progress"] or {"step": -1})["step"]
    print(f"{job} {state}, step {step}", file=sys.stderr)
_, (texture,) = ask("result", job=job)
sys.stdout.buffer.write(b"P6 %d %d 255\n" % texture.shape[1::-1] + texture.tobytes())
