"""Serving: the wire, jobs, the worker process and the ZeroMQ server."""
