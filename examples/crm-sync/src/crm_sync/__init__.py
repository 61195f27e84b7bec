"""Keeps a small CRM in step with AWS Partner Central."""
