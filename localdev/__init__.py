"""Rollcall on one machine: storage emulator, vault emulator, local host and a demo tenant. Never deployed."""
