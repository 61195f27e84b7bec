"""The desk's operations. They play AWS through selling's domain, never past it."""
