"""Decides where a rule strikes: one module a check kind, each with ``strikes`` over the hits of one ad."""
