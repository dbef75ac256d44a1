"""Long work: asked for by a request, taken up by a thread of the service, told about while it runs, ended once.

    request -> account.runs.ask -> Jobs (lease, heartbeat) -> kinds/<kind>.py -> outcome -> 201, or 202 and polling

A run that was cut short (a kill, a restart) is taken up again; what it writes is kept under content hashes, so doing
it again changes nothing. A worker that lost its lease writes nothing more.
"""
