"""Pages: the report of a run, and a site of many. Templates and looks are in ``templates/``."""
