"""The door for problems that are not an account's: a JSON file in, numbers to solve out, all faults at once."""
