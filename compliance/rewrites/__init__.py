"""Decides what could be said instead: permitted wording near each finding, and a draft of the ad that screens clean.

    findings -> topic of their words -> permitted wording of the category, nearest first -> clauses replaced -> screened

Nothing is invented: a nutrient's function is offered only where the ad names the nutrient, what needs evidence only
where evidence is stated, and a draft keeps the ad's own clauses and adds permitted wording.
"""
