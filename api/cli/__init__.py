"""The command line: ``adcue VERB``. Verbs load what they need when they run, so that ``--help`` stays quick.

    words typed -> values -> use case (api.services) -> a conclusion first, then tables; or JSON

Exit codes: 0 done, 1 the system failed (or a night was partly done), 2 the input cannot be used (or no account's
night was done), 3 no plan can meet the demand.
"""

from api.cli.app import main

__all__ = ["main"]
