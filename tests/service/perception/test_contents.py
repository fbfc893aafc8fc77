"""What is in a network, as clients are told."""

import pytest
import torch

from geometry.errors import InputError
from service.networks import NETWORKS
from service.perception.contents import contents
from service.perception.network import load_network


def test_the_embedded_network():
    told = contents("squeezenet")
    assert len(told["classes"]) == 1000 and told["classes"][11] == "goldfinch"
    seen = load_network("squeezenet")(torch.zeros(1, 3, 64, 64))
    assert told["layers"] == [{"name": k, "channels": x.shape[1]} for k, x in seen.items()]


@pytest.mark.parametrize("name", [*NETWORKS, "torchvision:googlenet"])
def test_every_network_says_without_its_weights(name):
    told = contents(name)
    assert all(layer["channels"] >= 3 for layer in told["layers"])
    if name in NETWORKS:
        info = NETWORKS[name]
        assert [layer["name"] for layer in told["layers"]] == list(info.layers)
        assert bool(told["classes"]) == (info.head is not None)


def test_an_unknown_one():
    for name in ("nowhere", "torchvision:nowhere"):
        with pytest.raises(InputError) as caught:
            contents(name)
        assert caught.value.code == "unknown-network"
