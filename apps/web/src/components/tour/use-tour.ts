import { useText } from '../../messages/use-text.ts'
import { useSettings } from '../../settings/use-settings.ts'

/** Begins the tour; seen or broken off, it is not offered again. */
export function useTour(): () => void {
  const text = useText()
  const change = useSettings((settings) => settings.change)
  return () => void import('./tour.ts').then(({ startTour }) => startTour(text, () => change({ toured: true })))
}
