"""Benchmarks: how fast this machine paints, as ratios within one run. See :mod:`.suite`."""
