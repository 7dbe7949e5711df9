import type { SerializeAddon } from '@xterm/addon-serialize'
import type { Terminal } from '@xterm/xterm'
import type { SessionClient } from '../client/session-client.ts'

const REST_MS = 60
const LONGEST_UNSAVED_MS = 1000
/** Of the time while output goes on without rest, saving takes at most one part in so many. */
const SHARE = 100

/**
 * Hands the screen to the session a moment after it changed. The addon loads when first needed.
 * @returns stops doing so
 */
export function keepScreen(terminal: Terminal, client: SessionClient, host: string, name: string): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let savedAt = 0
  let pauseMs = LONGEST_UNSAVED_MS
  const load = async (): Promise<SerializeAddon> => {
    const addon = new (await import('@xterm/addon-serialize')).SerializeAddon()
    terminal.loadAddon(addon)
    return addon
  }
  let serializer: Promise<SerializeAddon> | undefined
  const save = async (): Promise<void> => {
    timer = undefined
    savedAt = Date.now()
    serializer ??= load()
    const addon = await serializer
    const started = performance.now()
    const screen = addon.serialize({ scrollback: 1000, excludeAltBuffer: true, excludeModes: true })
    pauseMs = Math.max(LONGEST_UNSAVED_MS, (performance.now() - started) * SHARE)
    await client.api.keepScreen(host, name, screen)
  }
  const subscription = terminal.onWriteParsed(() => {
    // Soon after the output rests, and now and then while it does not: serializing a long scrollback takes its time.
    if (timer !== undefined && Date.now() - savedAt > pauseMs) return
    clearTimeout(timer)
    timer = setTimeout(() => void save(), REST_MS)
  })
  return () => {
    clearTimeout(timer)
    subscription.dispose()
  }
}
