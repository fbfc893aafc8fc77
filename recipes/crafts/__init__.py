"""The style exemplars, a craft each: functions of the side in pixels and a seed that return
(size, size, 3) arrays in 0..1."""
