import { isErrno } from '@drydock/abi'
import { defineProgram, flag, lookupHostsFile, readTextFile, value } from '@drydock/libc'

/** hostname: show or set the host's name. Debian's hostname 3.23. */
export const hostname = defineProgram({
  name: 'hostname/hostname',
  paths: ['/bin/hostname'],
  covers: 'partial',
  lacks: ['-y', '-a'],
  summary: "show or set the system's host name",
  sizeBytes: 22648,
  usage:
    'hostname [-b] {hostname|-F file}         set host name (from file)\n       hostname [-a|-A|-d|-f|-i|-I|-s|-y]       display formatted name',
  options: {
    domain: flag('d', 'domain'),
    fqdn: flag('fA', 'fqdn'),
    address: flag('i', 'ip-address'),
    addresses: flag('I', 'all-ip-addresses'),
    short: flag('s', 'short'),
    file: value('F', 'file'),
    boot: flag('b', 'boot'),
  },
  async main({ sys, io, options: o, operands, fail }) {
    const name = sys.uname().nodename
    const wanted = o.file === undefined ? operands[0] : (await readTextFile(sys, o.file)).trim()
    if (wanted !== undefined) {
      try {
        sys.sethostname(wanted)
        return 0
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(error.code === 'EPERM' ? 'you must be root to change the host name' : error.message)
        return 1
      }
    }
    if (o.addresses) {
      const links = sys.netlink({ op: 'link-list' }).filter((link) => link.kind !== 'loopback' && link.up)
      await io.print(
        `${links.flatMap((link) => link.addresses.map((address) => `${address.split('/')[0]} `)).join('')}\n`,
      )
      return 0
    }
    if (o.address) {
      const found = await lookupHostsFile(sys, name)
      if (found.length === 0) {
        await fail('Name or service not known')
        return 1
      }
      await io.print(`${found.join(' ')}\n`)
      return 0
    }
    await io.print(`${o.short ? (name.split('.')[0] ?? name) : o.domain ? name.split('.').slice(1).join('.') : name}\n`)
    return 0
  },
})
