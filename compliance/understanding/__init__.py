"""Decides what a text says before any law is applied to it.

characters (one folded character) -> respelling (注音, homophones) -> normal (text with a map back to it)
-> modality (claims, denies, quotes, asks, warns)
"""
