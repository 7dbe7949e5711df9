import type { SerializeAddon } from '@xterm/addon-serialize'
import type { Terminal } from '@xterm/xterm'
import type { SessionClient } from '../client/session-client.ts'

const REST_MS = 60
const LONGEST_UNSAVED_MS = 1000

/**
 * Hands the screen to the session a moment after it changed. The addon loads when first needed.
 * @returns stops doing so
 */
export function keepScreen(terminal: Terminal, client: SessionClient, host: string, name: string): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let savedAt = 0
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
    await client.api.keepScreen(
      host,
      name,
      (await serializer).serialize({ scrollback: 1000, excludeAltBuffer: true, excludeModes: true }),
    )
  }
  const subscription = terminal.onWriteParsed(() => {
    // Soon after the output rests, and now and then while it does not: serializing a long scrollback takes its time.
    if (timer !== undefined && Date.now() - savedAt > LONGEST_UNSAVED_MS) return
    clearTimeout(timer)
    timer = setTimeout(() => void save(), REST_MS)
  })
  return () => {
    clearTimeout(timer)
    subscription.dispose()
  }
}
