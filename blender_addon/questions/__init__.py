"""Questions about painted objects: who asks, which are open, what became of them."""
