"""Sampling maps the slow way: an independent reading of what their fields mean."""

import numpy as np


def signed_matrix(element):
    """The 3 × 3 matrix of a colour element, by its definition: new channel i is old |cᵢ|."""
    out = np.zeros((3, 3))
    for new, old in enumerate(element):
        out[new, abs(old) - 1] = 1 if old > 0 else -1
    return out


def dense_matrix(sampling):
    """(3 · rows, 3 · columns): the whole map on interleaved channels of logits."""
    out = np.zeros((sampling.rows, 3, sampling.columns, 3))
    for row in range(sampling.rows):
        for k in range(sampling.indptr[row], sampling.indptr[row + 1]):
            element = (1, 2, 3)
            if sampling.colours is not None:
                element = sampling.palette[sampling.colours[k]]
            out[row, :, sampling.indices[k]] += sampling.weights[k] * signed_matrix(element)
    return out.reshape(3 * sampling.rows, 3 * sampling.columns)


def apply_map(sampling, paint):
    """The map on paint (columns, 3) → (rows, 3), float64."""
    read = np.asarray(paint, float)[sampling.indices]
    if sampling.colours is not None:
        matrices = np.stack([signed_matrix(c) for c in sampling.palette])
        read = np.einsum("kij,kj->ki", matrices[sampling.colours], read)
    rows = np.repeat(np.arange(sampling.rows), np.diff(sampling.indptr))
    out = np.zeros((sampling.rows, 3))
    np.add.at(out, rows, sampling.weights[:, None] * read)
    return out
