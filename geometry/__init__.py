"""Exact mathematics of symmetric textures: spaces, groups, colour actions, surfaces, cameras.

Arrays in, arrays out (float64 NumPy). This room knows nothing of files, sockets, networks or
Blender. What it hands to the other rooms are frozen dataclasses, above all the sparse
:class:`geometry.maps.sampling.SamplingMap`.
"""
