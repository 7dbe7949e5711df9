import { useToasts } from '../components/kit/toasts.tsx'
import { tongueOf, translator } from '../messages/translate.ts'
import { settings } from '../settings/settings-store.ts'

/** Nobody has touched the page for so long: to fetch and keep some megabytes is work that should meet nobody at work. */
const REST_MS = 5000
/** After so long they are kept even so. */
const LATEST_MS = 60_000
const TOUCHES = ['keydown', 'pointerdown'] as const

/**
 * Has the page kept for when there is no network. A version that comes later waits until this one is closed, and the
 * page says that it is there.
 */
export function keepForOffline(): void {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return
  // Private windows and old browsers refuse; the page works all the same.
  void rest().then(() => register().catch(() => undefined))
}

/** Resolves in the first pause of whoever works with the page. */
function rest(): Promise<void> {
  return new Promise((resolve) => {
    const latest = setTimeout(end, LATEST_MS)
    let pause = setTimeout(end, REST_MS)
    function touched(): void {
      clearTimeout(pause)
      pause = setTimeout(end, REST_MS)
    }
    function end(): void {
      clearTimeout(latest)
      clearTimeout(pause)
      for (const touch of TOUCHES) removeEventListener(touch, touched, true)
      resolve()
    }
    for (const touch of TOUCHES) addEventListener(touch, touched, true)
  })
}

async function register(): Promise<void> {
  const registration = await navigator.serviceWorker.register('./drydock-offline.js')
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing
    coming?.addEventListener('statechange', () => {
      if (coming.state === 'installed' && registration.active) announce()
    })
  })
}

function announce(): void {
  const text = translator(tongueOf(settings.getState().language, navigator.languages))
  useToasts.getState().say({ tone: 'good', text: text('newVersion') })
}
