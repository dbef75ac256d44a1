"""What people and programs ask for, once: the command line, ``/v1`` and the console call the same use cases.

files -> imports    budget -> proposals -> cue_sheets    clock -> nights    copy -> screenings
"""
