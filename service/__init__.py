"""The render service: torch operators, perception networks, the optimiser, jobs, wire and CLI.

Knows :mod:`geometry`, nothing of Blender.
"""

import os

# OpenMP's threads spin while they wait for each other. Beside a busy neighbour (Blender rendering,
# another job) they then burn the time slices that the awaited thread needs: measured on two cores,
# two paintings at once took six times as long as one. So short a spin loses little
# alone and, beside a neighbour, costs little more than the halved cores (docs/benchmarks.md).
# libgomp reads it when torch is imported.
os.environ.setdefault("GOMP_SPINCOUNT", "2000")

__version__ = "0.1.0"
