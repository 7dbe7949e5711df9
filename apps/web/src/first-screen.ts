import { hostInAddress } from './client/session-address.ts'
import type { SessionClient } from './client/session-client.ts'
import type { Entry } from './client/session-door.ts'
import { type Layout, tabsOf } from './layout/layout-store.ts'
import { applyTheme } from './settings/apply-theme.ts'
import { HostTerminal } from './terminal/host-terminal.ts'
import { Terminals } from './terminal/terminals.ts'

/** What the page takes over. */
export interface FirstScreen {
  readonly client: SessionClient
  readonly terminals: Terminals
}

/** The page's own code is not kept waiting longer than this for a prompt. */
const PATIENCE_MS = 5000
/** …nor for a browser that finds no rest. */
const REST_MS = 200

/**
 * Draws the terminal of the host that the page will show into the frame that index.html brings, and ties it to the host:
 * the prompt stands and keys echo before any code of the page around it is loaded. Resolves when the prompt is painted,
 * or when there will be none.
 */
export async function drawFirstScreen(
  { client, opened }: Entry,
  layout: Layout,
  box: HTMLElement,
): Promise<FirstScreen | undefined> {
  applyTheme()
  outline(box.parentElement, layout)
  // Drawn while the worker starts: measuring fonts and building rows take as long as booting a host.
  const terminal = new HostTerminal(box)
  const terminals = new Terminals(client)
  const shown = connect(terminal, client, terminals, (host) => shownPane(layout, host)).then(() => true)
  const refused = opened.then((ours) => (ours ? new Promise<never>(() => undefined) : false))
  if (await Promise.race([shown, refused, patience()])) {
    await painted()
    return { client, terminals }
  }
  terminal.dispose()
  return undefined
}

async function connect(
  terminal: HostTerminal,
  client: SessionClient,
  terminals: Terminals,
  paneOf: (host: string) => string,
): Promise<void> {
  const host = hostInAddress() || (await client.viewed).hosts[0]?.name
  if (!host) return terminal.dispose()
  const name = paneOf(host)
  terminals.adopt(host, name, terminal)
  const { opened, shown } = terminal.connect(client, host, name)
  // No such host: the page will show another.
  const failed = opened.then(
    () => new Promise<void>(() => undefined),
    () => terminals.close(host, name),
  )
  await Promise.race([shown, failed])
}

/** The page's outlines as the session's layout has them. */
function outline(frame: HTMLElement | null, { narrow, panel, panelPart }: Layout): void {
  if (!frame) return
  frame.dataset['narrow'] = String(narrow)
  const beside = frame.querySelector<HTMLElement>('.panel')
  if (beside) beside.hidden = panel === undefined
  // Its part is of all that lies between sidebar and rail.
  if (beside && panel !== undefined)
    beside.style.width = `calc(${100 * panelPart}vw - ${panelPart} * (var(--sidebar-width) + var(--rail-width)))`
}

/** The terminal that the page will show of the host. */
function shownPane(layout: Layout, host: string): string {
  const { groups, active } = tabsOf(layout, host)
  return groups[active]?.panes[0] ?? 'main'
}

const patience = (): Promise<true> => new Promise((resolve) => setTimeout(() => resolve(true), PATIENCE_MS))
/** The frame is on the screen and the browser has nothing else to do; or it never rests. */
const painted = (): Promise<void> =>
  new Promise((resolve) =>
    requestAnimationFrame(() => {
      if (!('requestIdleCallback' in globalThis)) return void setTimeout(resolve, REST_MS)
      requestAnimationFrame(() => requestIdleCallback(() => resolve(), { timeout: REST_MS }))
    }),
  )
