"""What every type relies on: limits, errors, scalars, connections, context."""
