"""The desk: AWS's side of the table, and the laboratory (clock, pace, faults, reset, events)."""
