"""Processes of this machine: a child with a private socket, locked folders, logs."""
