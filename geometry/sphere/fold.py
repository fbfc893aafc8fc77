"""Symmetric textures of the sphere: fold with a partition of unity on charts of a domain.

Every point p of the sphere sees the paint K at g·p for the few g that bring it near a chart,

    F(p) = Σ w(g·p) c(g)⁻¹ K(g·p) / Σ w(g·p).

The weights depend only on where p lies among all images of the domain, which is the same at p and
at h·p, so F is invariant exactly; they fall off smoothly, so F is continuous across the domain's
edges. Round domains get charts around seeds (:mod:`geometry.sphere.seed_charts`), the narrow ones
between many turns about one axis a lune (:mod:`geometry.sphere.lune_charts`).
"""

from __future__ import annotations

from geometry.maps.sampling import Reads, SamplingMap, from_reads
from geometry.spaces import Array
from geometry.sphere.copies import Chart, chart_taps
from geometry.sphere.lune_charts import LuneChart, lune_chart, turns_about_axis
from geometry.sphere.seed_charts import SeedChart, seed_chart
from geometry.symmetry.colour import palette_of
from geometry.symmetry.groups import Elements, invert_colour

SphereChart = SeedChart | LuneChart

NARROW = 6  # from so many copies around the axis on, lunes are better than regions around seeds
_CHUNK = 1 << 13  # points at a time: what is worked on stays in the processor's cache


def sphere_chart(elements: Elements, texel_angle: float) -> SphereChart:
    """Charts of a finite group whose texels are about ``texel_angle`` radians wide.

    ``shape`` of what is returned is (charts, rows, columns), ``texels`` their product.
    """
    if turns_about_axis(elements) >= NARROW:
        return lune_chart(elements, texel_angle)
    return seed_chart(elements, texel_angle)


def fold(points: Array, chart: Chart) -> SamplingMap:
    """Canvas → logits at ``points`` (n, 3), unit vectors or what else the chart is of: the
    kaleidoscope as a sparse map.

    Columns are the charts' texels, chart by chart, row-major; four bilinear taps for every element
    that contributes.
    """
    of_element, palette = palette_of(invert_colour(chart.elements))

    def read(chunk: Array) -> Reads:
        copies = chart.copies(chunk)
        taps, shares = chart_taps(copies, chart.shape)
        return Reads(copies.row, taps, shares, of_element.take(copies.element))

    return from_reads(chart.texels, points, _CHUNK, read, palette)
