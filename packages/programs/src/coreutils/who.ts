import { defineProgram, flag, isIpv4, lookupHostsFile, resolveHost, ResolveError } from '@drydock/libc'
import { isErrno, type Sys } from '@drydock/abi'
import { type LoginRecord, readLoginRecords, USER_PROCESS } from '../account/utmp.ts'
import { strftime } from '../format/strftime.ts'

const UTMP = '/run/utmp'
const sessions = async (sys: Sys, path: string): Promise<LoginRecord[]> =>
  (await readLoginRecords(sys, path)).filter((record) => record.type === USER_PROCESS)

/** users: names of those logged in. GNU coreutils 9. */
export const users = defineProgram({
  name: 'coreutils/users',
  paths: ['/usr/bin/users'],
  covers: 'full',
  summary: 'print the user names of users currently logged in to the current host',
  sizeBytes: 35664,
  usage: 'users [OPTION]... [FILE]',
  options: {},
  async main({ sys, io, operands }) {
    const names = (await sessions(sys, operands[0] ?? UTMP)).map((record) => record.user).sort()
    if (names.length) await io.print(`${names.join(' ')}\n`)
    return 0
  },
})

function terminalMode(sys: Sys, line: string): string {
  try {
    return sys.stat(`/dev/${line}`).mode & 0o20 ? '+' : '-'
  } catch (error) {
    if (isErrno(error)) return '?'
    throw error
  }
}

/** who: who is logged in, from the records of utmp(5). GNU coreutils 9. */
export const who = defineProgram({
  name: 'coreutils/who',
  paths: ['/usr/bin/who'],
  covers: 'partial',
  lacks: ['-d', '-l', '-p', '-t', '-a'],
  summary: 'show who is logged on',
  sizeBytes: 60376,
  usage: 'who [OPTION]... [ FILE | ARG1 ARG2 ]',
  options: {
    boot: flag('b', 'boot'),
    heading: flag('H', 'heading'),
    mine: flag('m'),
    count: flag('q', 'count'),
    runlevel: flag('r', 'runlevel'),
    short: flag('s', 'short'),
    mesg: flag('Tw', 'mesg'),
    users: flag('u', 'users'),
  },
  async main({ sys, io, operands, options: o }) {
    const mine = o.mine > 0 || operands.length === 2
    const found = await sessions(sys, operands.length === 1 ? (operands[0] ?? UTMP) : UTMP)
    if (o.count) {
      await io.print(`${found.map((record) => record.user).join(' ')}\n# users=${found.length}\n`)
      return 0
    }
    if (o.heading) await io.print(`NAME     ${o.mesg ? '  ' : ''}LINE         TIME             COMMENT\n`)
    const own = mine && sys.isatty(0) ? sys.ttyname(0).replace('/dev/', '') : undefined
    for (const record of found) {
      if (mine && record.line !== own) continue
      const mode = o.mesg ? ` ${terminalMode(sys, record.line)}` : ''
      const time = strftime('%Y-%m-%d %H:%M', record.timeMs)
      const idle = o.users ? `   .   ${String(record.pid).padStart(11)}` : ''
      const host = record.host ? ` (${record.host})` : ''
      await io.print(`${record.user.padEnd(8)}${mode} ${record.line.padEnd(12)} ${time}${idle}${host}\n`)
    }
    if (o.boot)
      await io.print(`         system boot  ${strftime('%Y-%m-%d %H:%M', sys.clock.now() - sys.sysinfo().uptimeMs)}\n`)
    return 0
  },
})

/** hostid: the halves of the host's address, changed about, as gethostid(3) makes it up without /etc/hostid. */
export const hostid = defineProgram({
  name: 'coreutils/hostid',
  paths: ['/usr/bin/hostid'],
  covers: 'full',
  summary: 'print the numeric identifier for the current host',
  sizeBytes: 35664,
  usage: 'hostid [OPTION]',
  options: {},
  async main({ sys, io }) {
    const name = sys.uname().nodename
    let address = (await lookupHostsFile(sys, name))[0]
    try {
      address ??= (await resolveHost(sys, name))[0]
    } catch (error) {
      if (!(error instanceof ResolveError)) throw error
    }
    const [a = 0, b = 0, c = 0, d = 0] = address !== undefined && isIpv4(address) ? address.split('.').map(Number) : []
    await io.print(`${[b, a, d, c].map((byte) => byte.toString(16).padStart(2, '0')).join('')}\n`)
    return 0
  },
})
