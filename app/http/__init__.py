"""HTTP: routes, bodies, streams, middleware and pages."""
