"""Kernel regression of a model's residual on answers: kernel, solution, temperature, posterior."""
