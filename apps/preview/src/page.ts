// Comes first in every page of a port, and brings to the server what browsers do not show a Service Worker.
import './event-source.ts'
import './socket.ts'
