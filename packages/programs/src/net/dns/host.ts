import { DNS_A, DNS_AAAA, DNS_NOERROR, DNS_PTR } from '@drydock/abi'
import { defineProgram, flag, isAddress, reverseName, value } from '@drydock/libc'
import { codeName, lookUp } from './nslookup.ts'

const TYPES: ReadonlyMap<string, number> = new Map([
  ['A', DNS_A],
  ['AAAA', DNS_AAAA],
  ['PTR', DNS_PTR],
])

/** host, of BIND 9. */
export const host = defineProgram({
  name: 'bind/host',
  paths: ['/usr/bin/host'],
  covers: 'partial',
  lacks: ['-a', '-C', '-l', '-v', 'record types other than A, AAAA and PTR'],
  summary: 'DNS lookup utility',
  usage: 'host [-4] [-t type] [-W time] hostname [server]',
  options: { ipv4: flag('4'), type: value('t'), wait: value('W') },
  async main({ sys, io, operands, options }) {
    const [name, server] = operands
    if (name === undefined) {
      await io.warn('Usage: host [-4] [-t type] [-W time] hostname [server]\n')
      return 1
    }
    const type = options.type === undefined ? undefined : TYPES.get(options.type.toUpperCase())
    if (options.type !== undefined && type === undefined) {
      await io.warn(`host: record type ${options.type} is not supported here\n`)
      return 1
    }
    const reverse = isAddress(name)
    const found = await lookUp(sys, reverse ? reverseName(name) : name, reverse ? DNS_PTR : (type ?? DNS_A), server)
    if (server !== undefined)
      await io.print(`Using domain server:\nName: ${server}\nAddress: ${server}#53\nAliases: \n\n`)
    const { answer } = found
    if (!answer) {
      await io.print(';; connection timed out; no servers could be reached\n')
      return 1
    }
    const shown = reverse ? `${reverseName(name)}.` : name
    if (answer.code !== DNS_NOERROR) {
      await io.print(`Host ${shown} not found: ${answer.code}(${codeName(answer.code)})\n`)
      return 1
    }
    // Without a wish both families are asked for.
    const more =
      reverse || type !== undefined ? [] : ((await lookUp(sys, name, DNS_AAAA, server)).answer?.answers ?? [])
    for (const each of [...answer.answers, ...more])
      await io.print(
        reverse
          ? `${reverseName(name)} domain name pointer ${each.data}.\n`
          : `${each.name} has ${each.type === DNS_AAAA ? 'IPv6 address' : 'address'} ${each.data}\n`,
      )
    return 0
  },
})
