"""Flussi: files that systems export, declared once, read as they come, validated, loaded with their history."""
