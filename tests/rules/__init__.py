"""Tests of the rules: each file is named for what it decides."""
