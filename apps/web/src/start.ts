import '@xterm/xterm/css/xterm.css'
import './theme.css'
import { SessionDoor } from './client/session-door.ts'
import { drawFirstScreen } from './first-screen.ts'
import { createLayoutStore } from './layout/layout-store.ts'

/**
 * The order of a start: the session's worker, which needs the most time; a terminal, drawn meanwhile; and when the prompt
 * stands, the page around it.
 */
async function start(): Promise<void> {
  const door = new SessionDoor()
  const entry = door.open()
  const box = document.querySelector<HTMLElement>('#first-frame .terminal')
  const first = box ? await drawFirstScreen(entry, createLayoutStore(door.sessionId).getState(), box) : undefined
  const { render } = await import('./main.tsx')
  render(door, first)
}

void start()
