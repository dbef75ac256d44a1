"""The rules bench: its account, its rules, and the yardsticks it is held against."""
