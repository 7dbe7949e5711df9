/** The engine does not tell a proxy from what it stands for: they are remembered as they are made. */
interface Parts {
  readonly target: object
  readonly handler: object
}
const known = new WeakMap<object, Parts>()

export const proxyParts = (value: object): Parts | undefined => known.get(value)

const Engine = Proxy
/** `Proxy` as scripts see it. */
function Remembering(target: object, handler: ProxyHandler<object>): object {
  if (!new.target) throw new TypeError("Constructor Proxy requires 'new'")
  const proxy = new Engine(target, handler)
  known.set(proxy, { target, handler })
  return proxy
}
Object.defineProperty(Remembering, 'name', { value: 'Proxy', configurable: true })
Object.assign(Remembering, { revocable: Engine.revocable })
Reflect.deleteProperty(Remembering, 'prototype')
Object.defineProperty(globalThis, 'Proxy', { value: Remembering, configurable: true, writable: true })
