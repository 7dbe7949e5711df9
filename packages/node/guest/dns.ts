import { invalidType, nodeError } from './errors.ts'
import { callSync, pending } from './host.ts'

/** Codes of c-ares by their names. https://nodejs.org/api/dns.html#error-codes */
const CODES = Object.fromEntries(
  (
    'NODATA FORMERR SERVFAIL NOTFOUND NOTIMP REFUSED BADQUERY BADNAME BADFAMILY BADRESP CONNREFUSED TIMEOUT EOF FILE ' +
    'NOMEM DESTRUCTION BADSTR BADFLAGS NONAME BADHINTS NOTINITIALIZED LOADIPHLPAPI ADDRGETNETWORKPARAMS CANCELLED'
  )
    .split(' ')
    .map((name) => [name, `E${name}`.replace('EEOF', 'EOF')]),
)
interface LookupOptions {
  readonly all?: boolean
  readonly family?: number | 'IPv4' | 'IPv6'
  readonly order?: string
  readonly hints?: number
}
interface Found {
  readonly address: string
  readonly family: number
}
const familyOf = (address: string): number => (address.includes(':') ? 6 : 4)
const isAddress = (name: string): boolean => /^\d+(\.\d+){3}$/.test(name) || name.includes(':')

const failed = (code: string, syscall: string, hostname: string, errno?: number): Error =>
  Object.assign(new Error(`${syscall} ${code} ${hostname}`), {
    errno,
    code,
    syscall,
    hostname,
  })

async function addresses(name: string): Promise<string[]> {
  return (await pending.submit('resolve', [name])).value as string[]
}

async function find(name: string, given: LookupOptions | number): Promise<Found | Found[]> {
  const { all = false, family: wanted = 0 } = typeof given === 'number' ? { family: given } : given
  const family = Number(String(wanted).replace('IPv', ''))
  const found = isAddress(name) ? [name] : await addresses(name).catch(() => [] as string[])
  const fitting = found.filter((each) => family === 0 || familyOf(each) === family)
  if (fitting.length === 0) throw failed('ENOTFOUND', 'getaddrinfo', name, -3008)
  const told = fitting.map((address) => ({ address, family: familyOf(address) }))
  return all ? told : (told[0] as Found)
}

type Done = (error: unknown, ...values: unknown[]) => void
function lookup(name: string, ...rest: unknown[]): object {
  const callback = rest.at(-1) as Done
  if (typeof callback !== 'function')
    throw invalidType('callback', 'of type function', rest.length > 1 ? callback : undefined)
  const options = (rest.length > 1 ? rest[0] : {}) as LookupOptions | number
  if (name === '' || name === undefined || name === null) {
    queueMicrotask(() => callback(null, null, 4))
    return {}
  }
  find(name, options ?? {}).then(
    (found) => (Array.isArray(found) ? callback(null, found) : callback(null, found.address, found.family)),
    (error: unknown) => callback(error),
  )
  return {}
}

/** Kinds of records by the name of the query: those of addresses are known, others nobody here has. */
const QUERIES: Readonly<Record<string, string>> = {
  resolve4: 'queryA',
  resolve6: 'queryAaaa',
  resolveAny: 'queryAny',
  resolveCaa: 'queryCaa',
  resolveCname: 'queryCname',
  resolveMx: 'queryMx',
  resolveNaptr: 'queryNaptr',
  resolveNs: 'queryNs',
  resolvePtr: 'queryPtr',
  resolveSoa: 'querySoa',
  resolveSrv: 'querySrv',
  resolveTxt: 'queryTxt',
  reverse: 'getHostByAddr',
}
async function query(kind: string, name: string): Promise<unknown> {
  const syscall = QUERIES[kind] ?? 'queryA'
  const found = await addresses(name).catch(() => undefined)
  if (!found) throw failed('ENOTFOUND', syscall, name)
  const family = kind === 'resolve6' ? 6 : 4
  const own = kind === 'resolve4' || kind === 'resolve6' ? found.filter((each) => familyOf(each) === family) : []
  if (own.length === 0) throw failed('ENODATA', syscall, name)
  return own
}

const byType = (type = 'A'): string =>
  type === 'A' ? 'resolve4' : type === 'AAAA' ? 'resolve6' : `resolve${type.charAt(0)}${type.slice(1).toLowerCase()}`

/** The servers that resolv.conf(5) names. */
function servers(): string[] {
  try {
    const text = new TextDecoder().decode(callSync('readFile', ['/etc/resolv.conf']).bytes)
    return [...text.matchAll(/^nameserver\s+(\S+)/gm)].map(([, address = '']) => address)
  } catch {
    return ['127.0.0.1']
  }
}

class PromiseResolver {
  private own: readonly string[] | undefined
  getServers(): string[] {
    return [...(this.own ?? servers())]
  }
  setServers(given: readonly string[]): void {
    for (const each of given)
      if (!isAddress(each.replace(/^\[|\](?::\d+)?$|(?<=\d):\d+$/g, '')))
        throw nodeError(TypeError, 'ERR_INVALID_IP_ADDRESS', `Invalid IP address: ${each}`)
    this.own = given
  }
  setLocalAddress(): void {}
  cancel(): void {}
  resolve(name: string, type?: string): Promise<unknown> {
    return query(byType(type), name)
  }
}
class Resolver extends PromiseResolver {
  override resolve(name: string, ...rest: unknown[]): Promise<unknown> {
    const done = rest.at(-1) as Done
    return query(byType(rest.length > 1 ? String(rest[0]) : 'A'), name).then(
      (found) => done(null, found),
      (error: unknown) => done(error),
    )
  }
}
for (const kind of Object.keys(QUERIES)) {
  Object.defineProperty(PromiseResolver.prototype, kind, {
    value: (name: string) => query(kind, name),
    configurable: true,
    writable: true,
  })
  Object.defineProperty(Resolver.prototype, kind, {
    value: (name: string, ...rest: unknown[]) => {
      const done = rest.at(-1) as Done
      query(kind, name).then(
        (found) => done(null, found),
        (error: unknown) => done(error),
      )
    },
    configurable: true,
    writable: true,
  })
}
const usual = new Resolver()
const promised = new PromiseResolver()
const calls = (of: object): Record<string, unknown> =>
  Object.fromEntries(
    [...Object.keys(QUERIES), 'resolve', 'getServers', 'setServers'].map((name) => [
      name,
      (...args: unknown[]) => (of as Record<string, (...given: unknown[]) => unknown>)[name]?.(...args),
    ]),
  )

let order = 'verbatim'
const shared = {
  ...CODES,
  getDefaultResultOrder: () => order,
  setDefaultResultOrder: (wanted: string) => void (order = wanted),
}
async function service(address: string, port: number): Promise<{ hostname: string; service: string }> {
  const names: Readonly<Record<number, string>> = { 22: 'ssh', 25: 'smtp', 53: 'domain', 80: 'http', 443: 'https' }
  return { hostname: /^127\.|^::1$/.test(address) ? 'localhost' : address, service: names[port] ?? String(port) }
}
/** node:dns */
export const dns = {
  ...shared,
  ...calls(usual),
  ...{ ADDRCONFIG: 32, V4MAPPED: 8, ALL: 16 },
  Resolver,
  lookup,
  lookupService(address: string, port: number, done: Done): void {
    void service(address, port).then(({ hostname, service: name }) => done(null, hostname, name))
  },
  promises: {
    ...shared,
    ...calls(promised),
    Resolver: PromiseResolver,
    lookup: (name: string, options: LookupOptions | number = {}) => find(name, options),
    lookupService: service,
  },
}
