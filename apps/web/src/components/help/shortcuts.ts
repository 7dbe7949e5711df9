import type { MessageKey } from '../../messages/en.ts'

/** The page's keys; everything else goes to the terminal. */
export const SHORTCUTS: readonly { readonly keys: readonly string[]; readonly says: MessageKey }[] = [
  { keys: ['Ctrl', 'Shift', 'K'], says: 'palette' },
  { keys: ['Alt', 'Enter'], says: 'fullScreen' },
  { keys: ['Ctrl', 'Shift', 'C'], says: 'copy' },
  { keys: ['Ctrl', 'Shift', 'V'], says: 'paste' },
  { keys: ['Ctrl', 'Insert'], says: 'copy' },
  { keys: ['Shift', 'Insert'], says: 'paste' },
  { keys: ['Ctrl', '+'], says: 'larger' },
  { keys: ['Ctrl', '-'], says: 'smaller' },
  { keys: ['Alt', 'Shift', 'T'], says: 'newTerminal' },
  { keys: ['Ctrl', 'F6'], says: 'nextRegion' },
  { keys: ['Alt', 'Shift', '1…9'], says: 'selectInstance' },
  { keys: ['Alt', 'Shift', 'N'], says: 'addInstance' },
  { keys: ['Alt', 'Shift', 'B'], says: 'togglePanelKey' },
  { keys: ['Ctrl', 'Shift', 'F'], says: 'searchTerminal' },
  { keys: ['Alt', 'Shift', 'Z'], says: 'undo' },
  { keys: ['Alt', 'Shift', 'Y'], says: 'redo' },
]
