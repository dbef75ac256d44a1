"""The ``/v1`` JSON endpoints: one module a topic."""
