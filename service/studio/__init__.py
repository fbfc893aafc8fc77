"""The browser as a studio: a web page of this machine that talks to the service like any client."""
