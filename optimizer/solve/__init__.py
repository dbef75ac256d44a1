"""Decides the best plan of a concave problem with linear side rules, and proves how good it is.

Pyomo model (spend and side rules) -> LinearRules -> numpy expands segments -> HiGHS -> refine -> certificate
"""
