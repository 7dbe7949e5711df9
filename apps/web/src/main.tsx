import { createRoot } from 'react-dom/client'
import '@xterm/xterm/css/xterm.css'
import './theme.css'
import type { SessionDoor } from './client/session-door.ts'
import { Screens } from './client/screens.ts'
import { App } from './components/app.tsx'
import { ScreensContext } from './components/terminals/terminal-view.tsx'
import { applyTheme } from './settings/apply-theme.ts'

export function render(door: SessionDoor): void {
  const root = document.getElementById('root')
  if (!root) return
  applyTheme()
  const screens = new Screens()
  createRoot(root).render(
    <ScreensContext value={screens}>
      <App door={door} />
    </ScreensContext>,
  )
  screens.prepare()
}
