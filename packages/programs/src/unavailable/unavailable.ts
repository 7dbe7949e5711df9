import type { Program } from '@drydock/abi'
import { programName, Stdio } from '@drydock/libc'

interface Row {
  readonly name: string
  readonly paths: readonly string[]
  readonly summary: string
  /** What is missing, after `name: `. */
  readonly reason: string
  readonly sizeBytes?: number
  /** What `--version` (or ssh's -V) answers. */
  readonly version?: string
  readonly status?: number
}

const ROWS: readonly Row[] = [
  {
    name: 'systemd/systemctl',
    paths: ['/usr/bin/systemctl'],
    summary: 'control the systemd system and service manager',
    reason:
      "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down",
    sizeBytes: 1_501_464,
    version: 'systemd 252 (252.31-1~deb12u1)',
  },
  {
    name: 'systemd/journalctl',
    paths: ['/usr/bin/journalctl'],
    summary: 'print log entries from the systemd journal',
    reason: 'No journal files were found.',
  },
  {
    name: 'gcc/gcc',
    paths: ['/usr/bin/gcc'],
    summary: 'GNU C compiler',
    reason: 'programs are not compiled here',
    sizeBytes: 1_200_000,
    version: 'gcc (GCC) 14.2.0',
  },
]

/** systemctl's words stand alone, without its name. */
const BARE = new Set(['systemd/systemctl', 'systemd/journalctl'])

function unavailable({ name, paths, summary, reason, sizeBytes, version, status = 1 }: Row): Program {
  return {
    name,
    paths,
    covers: 'partial',
    lacks: [version ? 'everything but the version' : 'everything: it says so in one line'],
    summary,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    async main(process) {
      const io = new Stdio(process.sys)
      const [, first = ''] = process.argv
      if (version && ['--version', '-V', 'version'].includes(first)) {
        await io.print(`${version}\n`)
        await io.out.flush()
        return 0
      }
      await io.warn(BARE.has(name) ? `${reason}\n` : `${programName(process)}: ${reason}\n`)
      return status
    },
  }
}

/** Commands that people reach for and that cannot work here: each says in one line what is missing. */
export const unavailablePrograms: readonly Program[] = ROWS.map(unavailable)
