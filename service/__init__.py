"""The render service: torch operators, perception networks, the optimiser, jobs, wire and CLI.

Knows :mod:`geometry`, nothing of Blender.
"""

__version__ = "0.1.0"
