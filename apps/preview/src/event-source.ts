// In every page of a port: an EventSource is the browser's own and goes through the Service Worker, but when one is
// closed, or left with its page, browsers tell the Service Worker late or never. A lock that the page holds tells.
import { hold, newHold, tellBridge } from './held.ts'
import { HELD_MARK } from './mark.ts'

const Native = EventSource

/** EventSource as WHATWG has it, https://html.spec.whatwg.org/multipage/server-sent-events.html */
class PreviewEventSource extends Native {
  readonly #url: string
  readonly #release: () => void = () => undefined

  constructor(address: string | URL, init?: EventSourceInit) {
    const own = URL.canParse(address, location.href) && new URL(address, location.href).origin === location.origin
    const url = own ? new URL(address, location.href) : undefined
    const shown = url?.href ?? String(address)
    const held = newHold()
    // Servers never see what stands behind '#'; the Service Worker does.
    if (url) url.hash = HELD_MARK + held
    super(url ?? address, init)
    this.#url = url ? shown : super.url
    if (url) this.#release = hold(held, () => tellBridge({ kind: 'watch', held }))
  }

  override get url(): string {
    return this.#url
  }

  override close(): void {
    super.close()
    this.#release()
  }
}
Object.defineProperty(PreviewEventSource, 'name', { value: 'EventSource' })
window.EventSource = PreviewEventSource
