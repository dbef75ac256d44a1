"""Decides how a budget is split over channels and weeks, with a proven gap.

weekly history -> response curves -> Pyomo over spend -> HiGHS -> proposal with certificate and reasons
"""
