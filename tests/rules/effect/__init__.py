"""Tests of what is said about the effect of actions."""
