"""Reports people open: one file a report."""
