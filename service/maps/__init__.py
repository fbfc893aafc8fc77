"""Material maps and skies: what a renderer wants of a painting beside its colours."""
