"""Whether the product keeps its promises on data whose truth is known.

    write_sample -> engine.ingest -> engine.store -> optimizer, rules, compliance -> compared with truth.json

``python -m tests.promises.evaluate --seeds 20 --families hill,power`` is the whole run; the tests here are a short one.
"""
