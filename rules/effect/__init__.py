"""Decides whether approved actions worked, how far to trust that, and whether a rule earns its keep.

    approved proposals -> assignment -> arms   -> lift  ratios, intervals      trust: high
    nothing withheld   ---------------> panels -> did   the trend before       trust: medium or low
    nothing to compare ---------------> days   -> its   serial                 trust: low
    found.Effect, money.Saved -> score (verdict per rule) -> report (JSON and words)

Pure: sums in, findings out; what is stored of proposals and where is not its business.
"""
