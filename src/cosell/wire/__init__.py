"""The protocols of AWS: bytes and headers on one side, names and documents on the other."""
