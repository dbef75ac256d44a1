"""The words and the machine: what every other package speaks and runs on.

    platform export -> ingest -> store -> Snapshot -> rules | compliance | optimizer -> api -> people

The engine knows no rule, no law and no constraint. Inside it imports point one way:
pipeline, fanout > store | ingest > inference | packs > settings, logs > vocabulary, money, errors.
"""
