"""A painting of the sphere as a ball to print."""

from __future__ import annotations

import math

import numpy as np

from geometry.errors import InputError
from geometry.solid.ball_relief import carved_ball, finished_ball
from geometry.solid.body import Body
from geometry.solid.orbits import closed
from geometry.spaces import SPHERE, Array
from geometry.sphere.pictures import PROJECTIONS
from service.pictures.files import over_white, read_picture
from service.printing.ball import Ball
from service.solids.order import Order
from service.viewers.reading import Painting, Receipt
from service.viewers.symmetries import elements_of


def orb(painting: Painting, order: Order) -> tuple[Body, int]:
    """The ball, the sphere's z up, and how many symmetries it has exactly, but for its cuts. Raises
    InputError: "bad-value" for what is no sphere and sizes that cannot be, "flat-picture",
    "thin-wall", "no-cavity", "bad-receipt", and as reading does."""
    projection = PROJECTIONS.get(painting.receipt.projection)
    if projection is None:
        raise InputError(
            "bad-value",
            "receipt",
            "Orbs are made of paintings of the sphere.",
            "Paint one: service sphere. A painted mesh is carved by service relief.",
        )
    order.check(math.pi * order.mm**2)
    colours = Ball(projection, over_white(painting.pixels))
    heights = None
    if order.heights is not None:
        pixels = over_white(read_picture(order.heights, "heights"))
        rows, columns = pixels.shape[:2]
        if projection.shape(columns) != (rows, columns):
            raise InputError(
                "bad-value",
                "heights",
                f"{order.heights} is no {projection.name} picture: {columns} × {rows} pixels.",
                "Give the heights in the projection of the painting.",
            )
        heights = Ball(projection, pixels)

    def read(directions: Array) -> Array:
        own = None if heights is None else heights.colours(directions)
        return order.with_height(colours.colours(directions), own)

    matrices, fixing = _symmetry(painting.receipt)
    body, exact = carved_ball(matrices, fixing, read, order.mm, order.depth, order.detail)
    return finished_ball(body, order.mm, order.depth, order.cuts).on_the_bed(), exact


def _symmetry(receipt: Receipt) -> tuple[Array, Array]:
    """All isometries of a picture (n, 3, 3), and those that change no colour."""
    generators = [element.stacked for element in elements_of(receipt.generators)]
    try:
        if not all(SPHERE.is_isometry(matrix, 1e-6) for matrix, _ in generators):
            raise ValueError
        found = closed(generators) if generators else np.tile(np.eye(3), (1, 2, 1, 1))
    except ValueError:
        raise InputError(
            "bad-receipt",
            "generators",
            "The generators of this receipt make no finite group of the sphere.",
            "Paint the picture again.",
        ) from None
    plain = np.isclose(found[:, 1], np.eye(3)).all(axis=(1, 2))
    return found[:, 0], found[plain, 0]
