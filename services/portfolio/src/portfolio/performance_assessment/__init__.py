"""Performance assessments: how a service kept its promises in a window that is over."""
