"""The rows of the tables that the service iterates over: what a network and a term say of
themselves, and what can be dreamt of in a network. No torch in here."""
