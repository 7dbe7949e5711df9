import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'

/** How addresses and ports are shown: by name where /etc/hosts and /etc/services know one, unless numeric. */
export class Names {
  private readonly hosts: ReadonlyMap<string, string>
  private readonly services: ReadonlyMap<string, string>

  private constructor(hosts: ReadonlyMap<string, string>, services: ReadonlyMap<string, string>) {
    this.hosts = hosts
    this.services = services
  }

  /** @param resolves  whether addresses are shown by name */
  static async read(sys: Sys, numeric: boolean, resolves = !numeric): Promise<Names> {
    if (numeric) return new Names(new Map(), new Map())
    const hosts = (resolves ? await rows(sys, '/etc/hosts') : []).map(
      ([address = '', name = '']) => [address, name] as const,
    )
    return new Names(new Map(hosts.toReversed()), await serviceNames(sys))
  }

  host(address: string): string {
    return this.hosts.get(address) ?? address
  }

  port(port: number, proto: string): string {
    return port === 0 ? '*' : (this.services.get(`${port}/${proto}`) ?? String(port))
  }
}

/** Ports by their services' names: names of either protocol. */
export async function servicePorts(sys: Sys): Promise<ReadonlyMap<string, number>> {
  const services = await rows(sys, '/etc/services')
  return new Map(services.map(([name = '', port = '']) => [name, Number.parseInt(port, 10)]))
}

/** Names of services by port and protocol, `80/tcp`. */
export async function serviceNames(sys: Sys): Promise<ReadonlyMap<string, string>> {
  const services = await rows(sys, '/etc/services')
  return new Map(services.map(([name = '', port = '']) => [port, name] as const).toReversed())
}

async function rows(sys: Sys, path: string): Promise<string[][]> {
  try {
    const text = await readTextFile(sys, path)
    return text.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}
