import { createRoot } from 'react-dom/client'
import type { SessionDoor } from './client/session-door.ts'
import { App } from './components/app.tsx'
import type { FirstScreen } from './first-screen.ts'
import { keepForOffline } from './offline/register.ts'

/** The page around the terminal. What stands already is taken over. */
export function render(door: SessionDoor, first: FirstScreen | undefined): void {
  const root = document.getElementById('root')
  if (root) createRoot(root).render(<App door={door} first={first} />)
  keepForOffline()
}
