"""The catalogue: recipes as JSON, the style exemplars and the scripts that make them."""
