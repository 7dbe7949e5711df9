import type { MessageKey } from '../../messages/en.ts'

interface Step {
  readonly find: () => Element | undefined
  readonly title: MessageKey
  readonly says: MessageKey
}

const marked = (name: string) => (): Element | undefined =>
  [...document.querySelectorAll(`[data-tour="${name}"]`)].find((element) => element.getClientRects().length > 0)

/** What the page is, in the order in which one needs it. */
export const STEPS: readonly Step[] = [
  { find: marked('terminals'), title: 'tourTerminal', says: 'tourTerminalSays' },
  { find: marked('instances'), title: 'tourInstances', says: 'tourInstancesSays' },
  { find: marked('ports'), title: 'tourPorts', says: 'tourPortsSays' },
  { find: marked('panels'), title: 'tourPanels', says: 'tourPanelsSays' },
  { find: marked('timeline'), title: 'tourUndo', says: 'tourUndoSays' },
  { find: marked('session'), title: 'tourKeep', says: 'tourKeepSays' },
]
