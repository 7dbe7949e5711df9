# Nothing but a shell that starts.
:
