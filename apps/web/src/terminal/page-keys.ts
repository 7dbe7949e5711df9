import type { Terminal } from '@xterm/xterm'

interface Keys {
  readonly terminal: Terminal
  readonly toggleFullScreen: () => void
  readonly changeFontSize: (by: number) => void
}

/**
 * Keys that belong to the page: Ctrl+Shift+C/V and Ctrl/Shift+Insert copy and paste, Alt+Enter is full screen,
 * Ctrl++ and Ctrl+- the font. Everything else goes to the terminal.
 */
export function handlePageKeys({ terminal, toggleFullScreen, changeFontSize }: Keys): void {
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type !== 'keydown') return true
    const action = actionFor(event)
    if (!action) return true
    event.preventDefault()
    ACTIONS[action]({ terminal, toggleFullScreen, changeFontSize })
    return false
  })
}

type Action = 'copy' | 'paste' | 'full-screen' | 'larger' | 'smaller'

function actionFor(event: KeyboardEvent): Action | undefined {
  if (event.altKey && event.key === 'Enter') return 'full-screen'
  if (event.shiftKey && event.key === 'Insert') return 'paste'
  if (!event.ctrlKey) return undefined
  if (event.key === 'Insert' || (event.shiftKey && event.code === 'KeyC')) return 'copy'
  if (event.shiftKey && event.code === 'KeyV') return 'paste'
  if (event.key === '+' || event.key === '=') return 'larger'
  return event.key === '-' ? 'smaller' : undefined
}

const ACTIONS: Record<Action, (keys: Keys) => void> = {
  copy: ({ terminal }) => void navigator.clipboard.writeText(terminal.getSelection()),
  paste: ({ terminal }) => void navigator.clipboard.readText().then((text) => terminal.paste(text)),
  'full-screen': ({ toggleFullScreen }) => toggleFullScreen(),
  larger: ({ changeFontSize }) => changeFontSize(1),
  smaller: ({ changeFontSize }) => changeFontSize(-1),
}
