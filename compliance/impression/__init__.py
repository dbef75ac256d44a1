"""Decides whether an ad reads like ads that were penalised: a calibrated classifier over character n-grams.

    letters -> hashed n-grams -> weights -> the strongest stretch of 30 letters -> probability -> "look here"

Only what stands in a stretch decides its score, so that an ellipsis or a sentence elsewhere changes nothing. It never
blocks and excuses no rule. ``weights.json`` holds hashes, no text; ``python -m compliance.impression.train`` writes it.
"""
