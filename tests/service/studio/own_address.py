"""Where the tests' studio says it is, and what lets its page in."""

HOST, TOKEN = "127.0.0.1:4321", "the-token"
