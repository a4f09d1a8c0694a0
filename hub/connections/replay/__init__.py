"""`hub connector replay`: what a connector makes of one recorded call, and what the hub would do next."""
