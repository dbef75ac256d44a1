"""Decides what a platform export says: bytes -> table -> mapped columns -> typed facts -> checked totals."""
