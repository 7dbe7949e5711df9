import type { ContainerSummary, DockerClient } from '@drydock/docker-api'
import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import { useEffect, useRef } from 'react'
import { terminalTheme } from '../../terminal/look.ts'
import type { EngineStore } from '../../engine/engine-store.ts'
import { useEngineStore } from '../../engine/engine-stores.ts'
import { onThemeChange } from '../../settings/apply-theme.ts'
import styles from './logs-view.module.css'

const TAIL = 1000

/** `docker logs -f`, in colours and as it comes. It begins anew when the container does. */
export function LogsView({ host, container }: { host: string; container: ContainerSummary }) {
  const box = useRef<HTMLDivElement>(null)
  const store = useEngineStore(host)
  useEffect(() => {
    const { current } = box
    let close: (() => void) | undefined
    // What was clicked is painted first: a terminal takes longer to make than a frame.
    const callOff = afterPaint(() => (close = current ? showLogs(current, store, container.Id) : undefined))
    return () => (close ?? callOff)()
  }, [store, container.Id, container.State === 'running'])
  return <div className={styles.logs} ref={box} />
}

/** @returns what closes it */
function showLogs(box: HTMLElement, store: EngineStore, id: string): () => void {
  const terminal = new Terminal({
    convertEol: true,
    disableStdin: true,
    cursorInactiveStyle: 'none',
    fontFamily: getComputedStyle(box).getPropertyValue('--mono'),
    fontSize: 12.5,
    scrollback: 10_000,
    theme: terminalTheme(),
  })
  const fit = new FitAddon()
  terminal.loadAddon(fit)
  terminal.open(box)
  const watch = new ResizeObserver(() => fit.fit())
  watch.observe(box)
  const unwatch = onThemeChange(() => void (terminal.options.theme = terminalTheme()))
  const stop = new AbortController()
  void store.client().then((client) => follow(client, id, terminal, stop.signal))
  return () => {
    stop.abort()
    unwatch()
    watch.disconnect()
    terminal.dispose()
  }
}

async function follow(client: DockerClient, id: string, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const { StdDemultiplexer } = await import('@drydock/docker-api')
  const tty = (await client.containers.inspect(id)).Config.Tty === true
  const frames = new StdDemultiplexer()
  const bytes = client.containers.logs(id, { stdout: true, stderr: true, follow: true, tail: String(TAIL) })
  signal.addEventListener('abort', () => void bytes.return().catch(() => undefined))
  try {
    for await (const chunk of bytes) {
      if (signal.aborted) return
      const parts = tty ? [chunk] : frames.push(chunk).map(({ payload }) => payload)
      for (const part of parts) await new Promise<void>((written) => terminal.write(part, written))
    }
  } catch (error) {
    if (!signal.aborted) terminal.write(`\x1b[31m${String(error)}\x1b[0m\n`)
  }
}

/** @returns what calls it off */
function afterPaint(act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const frame = requestAnimationFrame(() => (timer = setTimeout(act)))
  return () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
}
