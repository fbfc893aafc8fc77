"""Where jobs are painted: worker processes, actors on a Ray cluster, and what they share."""
