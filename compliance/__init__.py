"""Decides which copy may not run in Taiwan and what is personal data; it assists a legal reviewer.

text + product -> normalised text with offsets -> packs/*.yaml -> findings with article, span and reason
"""
