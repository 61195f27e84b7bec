"""What Partner Central does, once somebody may do it: the acts that operations, task steps and the
desk share. Each takes the call and its transaction; none knows a request's shape."""
