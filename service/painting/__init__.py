"""Painting: ladder, canvas, steps, steering, checkpoints; ``paint`` is the one generator that
everyone uses."""
