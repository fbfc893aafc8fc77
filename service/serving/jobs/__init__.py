"""Jobs: what clients asked for, the states they go through, and all of it on disk."""
