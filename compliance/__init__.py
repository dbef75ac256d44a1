"""Decides which copy may not run in Taiwan and what is personal data; it assists a legal reviewer.

text, product, facts
  -> understanding (letters with a map back, modality)
  -> rulebook (packs, lexicon, permitted wording: one automaton) -> kinds (where a rule strikes)
  -> judging (what stands)
  -> speaking (lawbook: article, certainty, reason) -> screening (verdict and findings)
personal_data stands beside it and finds identifiers in any text.
"""
