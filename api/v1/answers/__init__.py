"""What ``/v1`` answers, field by field: one module a topic, checked strictly before a byte of it leaves.

use case (api.services) -> plain document -> api.v1.answering: the model of its status -> JSON

A document kept yesterday is answered by the model of today, so a field that is added later is declared ``absent()``.
"""
