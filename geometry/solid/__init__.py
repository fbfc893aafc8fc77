"""Surfaces as solids to print: sampled, displaced, hollowed and checked."""
