"""Rollcall's own rules, and the ports through which it reaches storage. No I/O, no clock, no environment."""
