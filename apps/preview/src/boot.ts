// First visit of a port's own origin: sets up its Service Worker, then loads the page again through it.
const message = document.getElementById('message')
const say = (text: string): void => {
  if (message) message.textContent = text
}

async function boot(): Promise<void> {
  if (!('serviceWorker' in navigator))
    return say('This browser gives this page no Service Worker, which carries it from the playground.')
  await navigator.serviceWorker.register('/drydock-sw.js', { scope: '/' })
  await navigator.serviceWorker.ready
  location.reload()
}

boot().catch((error: unknown) => say(`The port could not be opened: ${String(error)}`))
