import { useToasts } from '../components/kit/toasts.tsx'
import { tongueOf, translator } from '../messages/translate.ts'
import { settings } from '../settings/settings-store.ts'

/** After everything that the first prompt needs. */
const DELAY_MS = 3000

/**
 * Has the page kept for when there is no network. A version that comes later waits until this one is closed, and the
 * page says that it is there.
 */
export function keepForOffline(): void {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return
  setTimeout(() => {
    // Private windows and old browsers refuse; the page works all the same.
    register().catch(() => undefined)
  }, DELAY_MS)
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
