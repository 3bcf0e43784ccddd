"""Learning from answers: correct a parent model by what a person said of some tracks.

A model's mistakes are alike on tracks that sound and read alike. So the error of the parent on the
answered tracks is regressed on a kernel over sound and words, and added to what the parent says of
any other track. docs/model/learning.md tells why it is built this way, and what it is worth.
"""
