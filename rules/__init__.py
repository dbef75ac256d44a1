"""Decides which creatives and placements under-perform: facts in, findings and decisions out.

Snapshot.facts + packs/*.yaml -> signals -> conditions -> evidence -> candidates -> decisions
"""
