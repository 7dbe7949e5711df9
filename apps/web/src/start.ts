import { SessionDoor } from './client/session-door.ts'

// The worker begins before the page's own code is even loaded: they need about the same time.
const door = new SessionDoor()
door.open()
void import('./main.tsx').then(({ render }) => render(door))
