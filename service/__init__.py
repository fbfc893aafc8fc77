"""The render service: torch operators, perception networks, the optimiser, jobs, wire and CLI.

Knows :mod:`geometry`, nothing of Blender.
"""

import os

# OpenMP's threads spin while they wait. Beside a busy neighbour (Blender rendering, another job)
# they then fight for the cores: two paintings at once took four times as long as with this.
# It must be said before torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "0.1.0"
