"""A client that wants its jobs painted whatever happens: ``stubborn_client.py ADDRESS RECIPES``.

Nothing is kept between two of them: the next one finds by their recipes which jobs are there. Says
what it sees, a line of JSON each.
"""

import json
import sys

import numpy as np

from geometry.errors import InputError
from service.serving.client import Client

BUFFERS = {"vertices": np.arange(12, dtype=np.float32).reshape(4, 3)}


def say(**words):
    print(json.dumps(words), flush=True)


def buffers_of(recipe):
    return BUFFERS if recipe["target"] == "mesh" else {}


def jobs_by_steps(client):
    """The names of all jobs, by what tells them apart."""
    named = {}
    for row in client.jobs():
        named.setdefault(client.attach(row["job"])["recipe"]["steps"], []).append(row["job"])
    return named


def paint_all(client, recipes):
    known = jobs_by_steps(client)
    for recipe in recipes:
        if recipe["steps"] not in known:
            say(submitting=recipe["steps"])
            known[recipe["steps"]] = [client.submit(recipe, buffers_of(recipe))]
        say(job=known[recipe["steps"]][0], steps=recipe["steps"])
    for recipe in recipes:
        watch(client, known[recipe["steps"]][0])


def watch(client, job):
    while True:
        for frame in client.frames(job, max_size=8):
            say(seen=job, state=frame.state, step=(frame.progress or {}).get("step", 0))
        if frame.state == "finished":
            return
        assert frame.error["code"] == "worker-died", frame.error
        client.resume(job)  # its workers died one after the other


def main():
    address, recipes = sys.argv[1], json.loads(sys.argv[2])
    while True:
        try:
            with Client(address, timeout=8) as client:
                paint_all(client, recipes)
                return
        except InputError as error:
            if error.code not in ("service-unreachable", "service-stopped"):
                raise
            say(unreachable=error.code)


if __name__ == "__main__":
    main()
