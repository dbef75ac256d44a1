"""Decides which creatives and placements under-perform: facts in, findings and decisions out.

    Snapshot.facts -> entities -> signals -> conditions -> evidence -> candidates -> resolve -> judge
    packs/*.yaml  -> pack ------------------^               durable rules or reference ^

One rule is one file in ``packs/`` with the examples it must flag and must pass. ``judge`` is the way in.
"""
