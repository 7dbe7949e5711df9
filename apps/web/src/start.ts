import '@xterm/xterm/css/xterm.css'
import './theme.css'
import { SessionDoor } from './client/session-door.ts'

/**
 * The order of a start: the session's worker, which needs the most time; a terminal, drawn meanwhile; and when the prompt
 * stands, the page around it.
 */
async function start(): Promise<void> {
  const door = new SessionDoor()
  door.open()
  const box = document.querySelector<HTMLElement>('#first-frame .terminal')
  const { drawFirstScreen } = await import('./first-screen.ts')
  const first = box ? await drawFirstScreen(door, box) : undefined
  const { render } = await import('./main.tsx')
  render(door, first)
}

void start()
