import { performance } from './performance.ts'
import { Decoder, Encoder } from './text-codecs.ts'
import { Address, Params } from './url.ts'
import { AbortController_, AbortSignal_, Event_, EventTarget_ } from './web-events.ts'

/** What libraries look for while they load. */
const early = {
  performance,
  TextDecoder: Decoder,
  TextEncoder: Encoder,
  URL: Address,
  URLSearchParams: Params,
  AbortController: AbortController_,
  AbortSignal: AbortSignal_,
  Event: Event_,
  EventTarget: EventTarget_,
}
for (const [name, value] of Object.entries(early))
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
