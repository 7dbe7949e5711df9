import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile, ResolveError, resolveHost, reverseHost } from '@drydock/libc'
import type { Namer } from './print.ts'

async function rowsOf(sys: Sys, path: string): Promise<string[][]> {
  try {
    return (await readTextFile(sys, path)).split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

/** Names of hosts and ports, asked for before they are wanted: printing does not wait. */
export class NameTable implements Namer {
  private readonly sys: Sys
  /** -n keeps addresses, -nn ports as well (with libpcap of today -n does both). */
  private readonly numeric: boolean
  private readonly hosts = new Map<string, string>()
  private readonly found = new Map<string, readonly string[]>()
  private readonly ports = new Map<string, string>()
  private readonly numbers = new Map<string, number>()

  constructor(sys: Sys, numeric: boolean) {
    this.sys = sys
    this.numeric = numeric
  }

  async read(): Promise<void> {
    const services = await rowsOf(this.sys, '/etc/services')
    for (const [name = '', end = ''] of services.toReversed()) {
      this.ports.set(end, name)
      this.numbers.set(name, Number(end.split('/')[0]))
    }
    for (const [address = '', name = ''] of (await rowsOf(this.sys, '/etc/hosts')).toReversed())
      if (name !== '') this.hosts.set(address, name)
  }

  /** Asks for the names of addresses that will be printed. */
  async learn(addresses: readonly (string | undefined)[]): Promise<void> {
    if (this.numeric) return
    for (const address of addresses) {
      if (address === undefined || this.hosts.has(address)) continue
      this.hosts.set(address, address)
      const name = address.includes(':') ? undefined : await reverseHost(this.sys, address)
      if (name !== undefined) this.hosts.set(address, name)
    }
  }

  /** Asks for the addresses of words of an expression. */
  async resolve(words: readonly string[]): Promise<void> {
    for (const word of words) {
      if (!/^[a-z][\w.-]*$/i.test(word) || this.found.has(word)) continue
      try {
        this.found.set(word, await resolveHost(this.sys, word))
      } catch (error) {
        if (!(error instanceof ResolveError)) throw error
      }
    }
  }

  host(word: string): string {
    return this.numeric ? word : (this.hosts.get(word) ?? word)
  }

  addresses(name: string): readonly string[] {
    return this.found.get(name) ?? []
  }

  port(port: number, proto: 'tcp' | 'udp'): string {
    return this.numeric ? String(port) : (this.ports.get(`${port}/${proto}`) ?? String(port))
  }

  number(name: string): number | undefined {
    return this.numbers.get(name)
  }
}
