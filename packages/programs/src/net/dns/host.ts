import { DNS_NOERROR, DNS_PTR, DNS_A } from '@drydock/abi'
import { defineProgram, flag, isIpv4, value } from '@drydock/libc'
import { codeName, lookUp, reverseName } from './nslookup.ts'

/** host, of BIND 9. */
export const host = defineProgram({
  name: 'bind/host',
  paths: ['/usr/bin/host'],
  covers: 'partial',
  lacks: ['-a', '-C', '-l', '-v', 'record types other than A and PTR'],
  summary: 'DNS lookup utility',
  usage: 'host [-4] [-t type] [-W time] hostname [server]',
  options: { ipv4: flag('4'), type: value('t'), wait: value('W') },
  async main({ sys, io, operands, options }) {
    const [name, server] = operands
    if (name === undefined) {
      await io.warn('Usage: host [-4] [-t type] [-W time] hostname [server]\n')
      return 1
    }
    if (options.type !== undefined && options.type.toUpperCase() !== 'A' && options.type.toUpperCase() !== 'PTR') {
      await io.warn(`host: record type ${options.type} is not supported here\n`)
      return 1
    }
    const reverse = isIpv4(name)
    const found = await lookUp(sys, reverse ? reverseName(name) : name, reverse ? DNS_PTR : DNS_A, server)
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
    for (const each of answer.answers)
      await io.print(
        reverse
          ? `${reverseName(name)} domain name pointer ${each.data}.\n`
          : `${each.name} has address ${each.data}\n`,
      )
    return 0
  },
})
