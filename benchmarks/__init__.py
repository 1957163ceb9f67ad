"""Measurements: accuracy against labels, speed against bare parsing."""
