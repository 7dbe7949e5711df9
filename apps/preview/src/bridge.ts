// The hidden frame of a port's origin inside the playground's page. It hands requests of the Service Worker to the
// session's worker and knows nothing else: the page gives it one MessagePort, on which every request travels with a
// port of its own for the answer.
let playground: MessagePort | undefined
const waiting: [unknown, MessagePort][] = []

function forward(request: unknown, answer: MessagePort): void {
  if (playground) playground.postMessage(request, [answer])
  else waiting.push([request, answer])
}

navigator.serviceWorker.addEventListener('message', (event) => {
  const answer = event.ports[0]
  if (answer) forward(event.data, answer)
})
navigator.serviceWorker.startMessages()

// Only the page that framed us may introduce itself, and the frame is only ever of use inside the playground.
addEventListener('message', (event) => {
  if (event.source !== parent || event.data !== 'drydock-port' || !event.ports[0]) return
  playground = event.ports[0]
  for (const [request, answer] of waiting.splice(0)) forward(request, answer)
})

async function ready(): Promise<void> {
  await navigator.serviceWorker.register('/drydock-sw.js', { scope: '/' })
  await navigator.serviceWorker.ready
  parent.postMessage('drydock-bridge-ready', '*')
}

ready().catch(() => parent.postMessage('drydock-bridge-failed', '*'))
