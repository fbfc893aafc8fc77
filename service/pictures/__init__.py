"""Pictures from files as sRGB bytes, how materials look, and base colours brought to a size."""
