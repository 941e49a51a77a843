"""Build, publish, query and trace the warehouse."""
