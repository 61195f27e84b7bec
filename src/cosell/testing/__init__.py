"""A world to test in: Partner Central, AWS on its other side, a clock, faults, for one test.

Imports no sibling, nothing of the server's and no AWS SDK: who only has the package installed pays
nothing.
"""
