"""Decides how facts, proposals and findings are kept: per account, with their history, on SQLite or PostgreSQL."""
