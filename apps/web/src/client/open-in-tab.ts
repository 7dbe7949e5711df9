import type { HostView } from '@drydock/playground/rpc'
import type { PortBridges } from './port-bridges.ts'
import { portOrigin } from './session-address.ts'

/**
 * Opens a port of the host on its own origin, in a new tab. Call it in a click: the tab is made before anything is
 * awaited, or the browser takes it for a pop-up. @throws (rejects) when ports cannot be opened here
 */
export async function openInTab(bridges: PortBridges, sessionId: string, host: HostView, port: number): Promise<void> {
  const tab = window.open('about:blank', '_blank')
  try {
    await bridges.ensure(sessionId, host.name, host.address, port)
  } catch (error) {
    tab?.close()
    throw error
  }
  if (tab) tab.location.href = `${portOrigin(host.address, sessionId, port)}/`
}
