"""Printed tables of approved documents: declaration, reading, checks, loading."""
