"""Perception: pretrained networks, their additive statistics and the objectives on them."""
