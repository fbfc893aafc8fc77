"""Reporting: quality figures and the receipt that lies beside every picture."""
