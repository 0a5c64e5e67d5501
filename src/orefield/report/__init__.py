"""The report of a run: one HTML file, a terminal summary, and figures."""
