"""Decides which copy may not run in Taiwan and what is personal data; it assists a legal reviewer.

text, product, facts
  -> understanding (letters with a map back, modality)
  -> rulebook (packs, lexicon, permitted wording: one automaton) -> kinds (where a rule strikes)
  -> as_of (which rules hold on the day) -> judging (what stands)
  -> speaking (lawbook, caveats: article, certainty, what is not settled) -> screening (verdict and findings)
laws, statutes (what was compared) and packs -> catalogue, for a legal reviewer to read
a reviewer's decision -> learning -> an example for a pack, which a person commits
specs (how long, how many, how written, by platform and format) -> screening, where an ad says where it is to run
personal_data stands beside it and finds identifiers in any text.
"""
