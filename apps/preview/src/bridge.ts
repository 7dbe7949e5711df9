// The hidden frame of a port's origin inside the playground's page. It introduces the Service Worker to the session's
// worker: the page gives it one MessagePort, over which it hands on each line that is asked for. And it waits for the
// locks of pages, to say when one is given back.
import type { BridgeMessage } from '@drydock/playground/preview-protocol'

let playground: MessagePort | undefined
const waiting: [BridgeMessage, readonly MessagePort[]][] = []

function forward(message: BridgeMessage, ports: readonly MessagePort[] = []): void {
  if (playground) playground.postMessage(message, [...ports])
  else waiting.push([message, ports])
}

const watch = (held: string): void => void navigator.locks.request(held, () => forward({ kind: 'left', held }))

navigator.serviceWorker.addEventListener('message', ({ data, ports }) => {
  if (ports.length > 0) forward(data, ports)
  if (typeof data.held === 'string') watch(data.held)
})
navigator.serviceWorker.startMessages()

// Only the page that framed us may introduce itself, and the frame is only ever of use inside the playground.
addEventListener('message', (event) => {
  if (event.source !== parent || event.data !== 'drydock-port' || !event.ports[0]) return
  playground = event.ports[0]
  for (const [message, ports] of waiting.splice(0)) forward(message, ports)
})

async function ready(): Promise<void> {
  await navigator.serviceWorker.register('/drydock-sw.js', { scope: '/' })
  await navigator.serviceWorker.ready
  parent.postMessage('drydock-bridge-ready', '*')
}

ready().catch(() => parent.postMessage('drydock-bridge-failed', '*'))
