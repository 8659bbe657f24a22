"""The command line `router`: bring the app up, start and watch runs, ask for a route, read the report."""
