"""The optimizer's yardsticks: other algorithms, each at its best, and the same algorithm without a modelling layer.

``problems`` draws or loads a problem as a plain dict; ``allocation.read_problem`` turns it into arrays (not part of a
measured time); every ``reference_*`` module has one public ``solve_*`` that takes them and returns an ``Answer``.
Nothing here imports ``optimizer``.
"""
