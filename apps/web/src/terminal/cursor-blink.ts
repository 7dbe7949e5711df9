import type { Terminal } from '@xterm/xterm'

/** Half a period, in milliseconds. */
const PHASE = 530
/** For so many phases after the last key; then it stays, as in other terminals. */
const PHASES = 20

/**
 * Lets the cursor of a terminal blink while it has the focus. xterm's own way is a CSS animation in steps, for which
 * browsers draw every frame: a quarter of a core while nothing happens. Here two changes of a class a second do.
 * @returns what ends it
 */
export function blinkCursor(xterm: Terminal, frame: HTMLElement): () => void {
  const still = matchMedia('(prefers-reduced-motion: reduce)')
  let timer: ReturnType<typeof setTimeout> | undefined
  const show = (shown: boolean): void => void frame.classList.toggle('cursor-off', !shown)
  const stop = (): void => {
    clearTimeout(timer)
    show(true)
  }
  const phase = (number: number): void => {
    show(number % 2 === 0)
    if (number < PHASES) timer = setTimeout(phase, PHASE, number + 1)
  }
  const start = (): void => {
    stop()
    if (!still.matches && frame.contains(document.activeElement)) timer = setTimeout(phase, PHASE, 1)
  }
  const typed = xterm.onData(start)
  frame.addEventListener('focusin', start)
  frame.addEventListener('focusout', stop)
  return () => {
    stop()
    typed.dispose()
    frame.removeEventListener('focusin', start)
    frame.removeEventListener('focusout', stop)
  }
}
