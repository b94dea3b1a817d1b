"""Printed results of the three evaluations as data, with their errata; read by tests and distance reports only."""
