// The hidden frame of a port's origin inside the playground's page. It introduces the Service Worker to the session's
// worker and knows nothing else: the page gives it one MessagePort, over which it hands on each line that is asked for.
let playground: MessagePort | undefined
const waiting: [unknown, MessagePort][] = []

function forward(message: unknown, line: MessagePort): void {
  if (playground) playground.postMessage(message, [line])
  else waiting.push([message, line])
}

navigator.serviceWorker.addEventListener('message', (event) => {
  const line = event.ports[0]
  if (line) forward(event.data, line)
})
navigator.serviceWorker.startMessages()

// Only the page that framed us may introduce itself, and the frame is only ever of use inside the playground.
addEventListener('message', (event) => {
  if (event.source !== parent || event.data !== 'drydock-port' || !event.ports[0]) return
  playground = event.ports[0]
  for (const [message, line] of waiting.splice(0)) forward(message, line)
})

async function ready(): Promise<void> {
  await navigator.serviceWorker.register('/drydock-sw.js', { scope: '/' })
  await navigator.serviceWorker.ready
  parent.postMessage('drydock-bridge-ready', '*')
}

ready().catch(() => parent.postMessage('drydock-bridge-failed', '*'))
