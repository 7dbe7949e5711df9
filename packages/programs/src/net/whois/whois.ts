import { inet, isErrno } from '@drydock/abi'
import { defineProgram, dial, flag, resolveAll, ResolveError, value } from '@drydock/libc'

/** Who knows about names below a top-level domain; IANA of the rest. */
const SERVERS = new Map([
  ['com', 'whois.verisign-grs.com'],
  ['net', 'whois.verisign-grs.com'],
  ['edu', 'whois.educause.edu'],
  ['org', 'whois.publicinterestregistry.org'],
  ['io', 'whois.nic.io'],
  ['dev', 'whois.nic.google'],
  ['de', 'whois.denic.de'],
  ['uk', 'whois.nic.uk'],
  ['fr', 'whois.nic.fr'],
])

const serverFor = (query: string): string =>
  /^[\d.]+$|:/.test(query)
    ? 'whois.arin.net'
    : (SERVERS.get(query.split('.').at(-1)?.toLowerCase() ?? '') ?? 'whois.iana.org')

/** whois: asks a registry about a name or an address. RFC 3912; whois 5.5 */
export const whois = defineProgram({
  name: 'whois/whois',
  paths: ['/usr/bin/whois'],
  covers: 'partial',
  summary: 'client for the whois directory service',
  usage: 'whois [OPTION]... OBJECT...',
  options: {
    host: value('h', 'host'),
    port: value('p', 'port'),
    iana: flag('I'),
    hide: flag('H'),
    verbose: flag('', 'verbose'),
    version: flag('', 'version'),
  },
  async main({ sys, io, operands, options: o }) {
    if (o.version) {
      await io.print('Version 5.5.17.\n')
      return 0
    }
    if (operands.length === 0) {
      await io.warn('Usage: whois [OPTION]... OBJECT...\n')
      return 1
    }
    const query = operands.join(' ')
    const server = o.host ?? (o.iana ? 'whois.iana.org' : serverFor(query))
    try {
      const [address] = await resolveAll(sys, server)
      if (address === undefined) throw new ResolveError('EAI_NONAME')
      const stream = await dial(sys, inet(address, Number(o.port ?? 43)))
      await stream.write(new TextEncoder().encode(`${query}\r\n`))
      for (let bytes = await stream.read(); bytes && bytes.length > 0; bytes = await stream.read())
        await io.out.write(bytes)
      stream.close()
      return 0
    } catch (error) {
      if (error instanceof ResolveError) {
        await io.warn(`getaddrinfo(${server}): Name or service not known\n`)
        return 2
      }
      if (!isErrno(error)) throw error
      await io.warn(`connect: ${error.message}\n`)
      return 2
    }
  },
})
