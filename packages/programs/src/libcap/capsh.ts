import { isErrno, type Process, type Program } from '@drydock/abi'
import { readTextFile, Stdio } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { becomeUser, execOrFail } from '../account/become.ts'
import { bitOf, boundText, capabilityText, namesIn } from './capability-text.ts'

const USAGE = `usage: capsh [args ...]
  --chroot=path  chroot(2) to this path
  --decode=xxx   decode a hex string to a list of caps
  --drop=xxx     drop xxx,... caps from bounding set
  --gid=<n>      set gid to <n> (hint: id <username>)
  --has-p=xxx    exit 1 if capability xxx not permitted
  --help         this message (or try 'man capsh')
  --print        display capability relevant state
  --supports=xxx exit 1 if capability xxx unsupported
  --uid=<n>      set uid to <n> (hint: id <username>)
  --user=<name>  set uid,gid and groups to that of user
  --             remaining arguments are for /bin/bash
                 (without -- [capsh] will simply exit(0))
`

interface Run {
  readonly process: Process
  readonly io: Stdio
  readonly value: string
}
/** @returns what ends the program; undefined to go on with the next argument */
type Step = (run: Run) => Promise<number | undefined> | number | undefined

async function print({ process: { sys }, io }: Run): Promise<undefined> {
  const accounts = await Accounts.read(sys)
  const sets = sys.capget()
  const user = (uid: number): string => accounts.userName(uid) ?? ''
  const group = (gid: number): string => `${gid}(${accounts.groupName(gid) ?? ''})`
  const noNewPrivileges = /^NoNewPrivs:\s*1/m.test(await readTextFile(sys, '/proc/self/status'))
  await io.print(`Current: ${capabilityText(sets)}
Bounding set =${namesIn(sets.bounding).join(',')}
Ambient set =${namesIn(sets.ambient).join(',')}
Current IAB: ${boundText(sets)}
Securebits: 00/0x0/1'b0 (no-new-privs=${Number(noNewPrivileges)})
 secure-noroot: no (unlocked)
 secure-no-suid-fixup: no (unlocked)
 secure-keep-caps: no (unlocked)
 secure-no-ambient-raise: no (unlocked)
uid=${sys.getuid()}(${user(sys.getuid())}) euid=${sys.geteuid()}(${user(sys.geteuid())})
gid=${group(sys.getgid())}
groups=${sys.getgroups().map(group).join(',')}
Guessed mode: HYBRID (4)
`)
}

async function decode({ io, value }: Run): Promise<undefined> {
  const mask = Number.parseInt(value, 16) || 0
  await io.print(`0x${mask.toString(16).padStart(16, '0')}=${namesIn(mask).join(',')}\n`)
}

async function drop({ process: { sys }, io, value }: Run): Promise<number | undefined> {
  for (const name of value === 'all' ? namesIn(sys.capget().bounding) : value.split(',')) {
    const bit = bitOf(name)
    if (bit === undefined) {
      await io.warn(`capability [${name}] is unknown to libcap\n`)
      return 1
    }
    try {
      const { bounding } = sys.capget()
      if (namesIn(bounding).includes(`cap_${name.toLowerCase().replace(/^cap_/, '')}`))
        sys.capset({ bounding: bounding - 2 ** bit })
    } catch (error) {
      if (!isErrno(error)) throw error
      await io.warn(`failed to drop [${name}=${bit}]\n`)
      return 1
    }
  }
  return undefined
}

async function become({ process: { sys }, io, value }: Run): Promise<number | undefined> {
  const accounts = await Accounts.read(sys)
  const user = accounts.users.find(({ name }) => name === value)
  if (!user) {
    await io.warn(`User [${value}] not known\n`)
    return 1
  }
  becomeUser(sys, accounts, user)
  return undefined
}

const STEPS: Readonly<Record<string, Step>> = {
  '--print': print,
  '--current': async ({ process, io }) => {
    const sets = process.sys.capget()
    await io.print(`Current: ${capabilityText(sets)}\nCurrent IAB: ${boundText(sets)}\n`)
    return undefined
  },
  '--decode': decode,
  '--drop': drop,
  '--user': become,
  '--uid': ({ process, value }) => void process.sys.setuid(Number(value)),
  '--gid': ({ process, value }) => void process.sys.setgid(Number(value)),
  '--chroot': ({ process, value }) => void process.sys.chroot(value),
  '--keep': () => undefined,
  '--supports': async ({ io, value }) => {
    if (bitOf(value) !== undefined) return undefined
    await io.warn(`cap[${value}] not recognized by library\n`)
    return 1
  },
  '--has-p': async ({ process, io, value }) => {
    if (namesIn(process.sys.capget().permitted).includes(value.toLowerCase())) return undefined
    await io.warn(`cap[${value}] not permitted\n`)
    return 1
  },
  '--help': async ({ io }) => {
    await io.print(USAGE)
    return 0
  },
}

/** capsh: shows the capabilities it has, and starts a shell with fewer. capsh(1), libcap 2.66. */
export const capsh: Program = {
  name: 'libcap/capsh',
  paths: ['/usr/sbin/capsh'],
  covers: 'partial',
  lacks: ['--caps', '--inh', '--addamb and --delamb', '--secbits', '--mode', '==', '--explain'],
  summary: 'capability shell wrapper',
  sizeBytes: 31_200,
  async main(process) {
    const { sys, argv, env } = process
    const io = new Stdio(sys)
    const finish = async (status: number): Promise<number> => {
      await io.out.flush()
      return status
    }
    for (const [index, word] of argv.entries()) {
      if (index === 0) continue
      if (word === '--') {
        await io.out.flush()
        const words = ['/bin/bash', ...argv.slice(index + 1)]
        return execOrFail(sys, words, env, () => io.warn("execve '/bin/bash' failed!\n")).then(() => 1)
      }
      const [name = '', value = ''] = word.split(/=(.*)/s)
      const step = STEPS[name]
      try {
        const status = step ? await step({ process, io, value }) : 1
        if (!step) await io.warn(USAGE)
        if (status !== undefined) return finish(status)
      } catch (error) {
        if (!isErrno(error)) throw error
        await io.warn(`Failed to ${name.slice(2)} [${value}]: ${error.message}\n`)
        return finish(1)
      }
    }
    return finish(0)
  },
}
