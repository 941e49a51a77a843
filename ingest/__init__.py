"""Read, recognise, validate, quarantine, pseudonymise and load what the office receives."""
