"""The blur of planes, against SciPy's."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from service.perception.binomial import blurred

KERNEL = np.outer((1, 2, 1), (1, 2, 1)) / 16


@pytest.mark.parametrize(("periodic", "mode"), [(True, "wrap"), (False, "mirror")])
@pytest.mark.parametrize("shape", [(9, 6), (4, 5), (2, 3)])
def test_it_is_scipys_and_has_its_gradient(periodic, mode, shape):
    generator = torch.Generator().manual_seed(1)
    x = torch.rand(2, 3, *shape, generator=generator, dtype=torch.float64, requires_grad=True)
    found = blurred(x, periodic)
    expected = ndimage.convolve(x.detach().numpy(), KERNEL[None, None], mode=mode)
    assert np.allclose(found.detach(), expected)
    assert torch.autograd.gradcheck(lambda y: blurred(y, periodic), x)
