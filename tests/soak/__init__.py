"""What must hold when a running service is killed or stopped at any moment.

forking -> a service in a process group of its own -> driver posts, notes what was acknowledged -> kill -9
        -> started again, asked again under the same key -> checking reads the store
"""
