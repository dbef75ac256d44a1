"""Decides whether ad copy fits its place: lengths as each platform counts, counts, and tricks of writing it refuses.

platforms/*.yaml (how a platform counts, what it refuses, its sources) and *.yaml (one family of formats each)
  -> book (typed, every name resolved) -> counting, tricks -> checking (findings with source and date)
"""
