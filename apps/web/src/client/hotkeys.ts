import { useContext, useEffect } from 'react'
import type { OverlayState } from '../components/overlays.tsx'
import { LayoutContext } from '../layout/layout-context.ts'
import type { TimeTravel } from '../timeline/use-time-travel.ts'
import { focusNextRegion } from './regions.ts'
import { hostInAddress } from './session-address.ts'

interface Hotkeys {
  readonly overlay: OverlayState
  readonly addHost: () => Promise<void>
  readonly travel: TimeTravel
  readonly selectHost: (index: number) => void
}

/**
 * Keys that the page takes before a terminal sees them. Ctrl+K alone kills a line in the shell, so inside a terminal the
 * palette wants Shift as well.
 */
function isPageKey(event: KeyboardEvent): boolean {
  if (event.code === 'KeyK' && event.metaKey) return true
  if (event.code === 'KeyK' && event.ctrlKey && !event.altKey) return event.shiftKey || !isInTerminal(event)
  if (event.code === 'F6') return event.ctrlKey
  if (event.code === 'KeyF') return event.ctrlKey && event.shiftKey && isInTerminal(event)
  return event.altKey && event.shiftKey && !event.ctrlKey && /^(Key[TNBZY]|Digit[1-9])$/.test(event.code)
}

const isInTerminal = ({ target }: KeyboardEvent): boolean =>
  target instanceof Element && target.closest('.terminal') !== null

export function useHotkeys({ overlay, addHost, travel, selectHost }: Hotkeys): void {
  const layout = useContext(LayoutContext)
  useEffect(() => {
    const actions: Readonly<Record<string, () => void>> = {
      KeyK: () => overlay.show('palette'),
      KeyT: () => layout?.getState().addTab(hostInAddress()),
      KeyN: () => void addHost(),
      KeyF: () => dispatchEvent(new CustomEvent('drydock-search')),
      F6: focusNextRegion,
      KeyZ: () => travel.undo(),
      KeyY: () => travel.redo(),
      KeyB: () => layout?.getState().togglePanel('containers'),
    }
    const press = (event: KeyboardEvent): void => {
      if (!isPageKey(event)) return
      event.preventDefault()
      event.stopPropagation()
      const digit = /^Digit(\d)$/.exec(event.code)?.[1]
      if (digit) selectHost(Number(digit) - 1)
      else actions[event.code]?.()
    }
    addEventListener('keydown', press, { capture: true })
    return () => removeEventListener('keydown', press, { capture: true })
  }, [overlay, layout, addHost, travel, selectHost])
}
