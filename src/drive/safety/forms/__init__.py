"""Forms of the bridge, a module for each thing that is done there."""
