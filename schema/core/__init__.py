"""What all types share: limits, errors, scalars, connections and the context."""
