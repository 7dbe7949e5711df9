import { createRoot } from 'react-dom/client'
import '@xterm/xterm/css/xterm.css'
import './theme.css'
import type { SessionDoor } from './client/session-door.ts'
import { App } from './components/app.tsx'

export function render(door: SessionDoor): void {
  const root = document.getElementById('root')
  if (root) createRoot(root).render(<App door={door} />)
}
