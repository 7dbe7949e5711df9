import { Stdio } from '@drydock/libc'
import { inet, isErrno, SOCK_DGRAM, type Sys } from '@drydock/abi'
import { hasOption, lastOf, modeOf, type Section, wordsOf } from './config.ts'
import { filled, NAMED_FORMATS } from './log-format.ts'
import type { Transaction } from './transaction.ts'

const FACILITIES =
  'kern user mail daemon auth syslog lpr news uucp cron auth2 ftp ntp audit alert cron2 local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  )
const INFO = 6

/** Lines of traffic, to where `log` says: the process's own streams, or syslog by UDP. Configuration manual 8. */
export class TrafficLog {
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly global: readonly (readonly string[])[]
  private datagrams: number | undefined

  constructor(sys: Sys, sections: readonly Section[]) {
    this.sys = sys
    this.io = new Stdio(sys)
    const global = sections.find(({ kind }) => kind === 'global')
    this.global = global ? wordsOf(global, 'log') : []
  }

  async write(transaction: Transaction): Promise<void> {
    const { front } = transaction
    const rows = wordsOf(front, 'log').flatMap((row) => (row[0] === 'global' ? this.global : [row]))
    if (rows.length === 0) return
    const text = filled(formatOf(front), transaction, '-')
    for (const row of rows) await this.to(row, text)
  }

  private async to(row: readonly string[], text: string): Promise<void> {
    const [target = ''] = row
    const at = row.indexOf('format')
    const raw = at >= 0 && row[at + 1] === 'raw'
    const line = raw ? text : this.withPriority(text, row)
    if (target === 'stderr' || target === 'fd@2') return this.io.warn(`${line}\n`)
    if (target === 'stdout' || target === 'fd@1') {
      await this.io.print(`${line}\n`)
      return this.io.out.flush()
    }
    await this.send(target, line)
  }

  /** RFC 3164. */
  private withPriority(text: string, row: readonly string[]): string {
    const facility = Math.max(
      0,
      FACILITIES.findIndex((name) => row.slice(1).includes(name)),
    )
    const [, month = '', day = '', clock = ''] =
      /^\w+ (\w+) (\d+) \d+ ([\d:]+)/.exec(new Date(this.sys.clock.now()).toString()) ?? []
    return `<${facility * 8 + INFO}>${month} ${String(Number(day)).padStart(2)} ${clock} haproxy[${this.sys.getpid()}]: ${text}`
  }

  private async send(target: string, line: string): Promise<void> {
    const [, host, port = '514'] = /^(?:udp@)?(\d+(?:\.\d+){3})(?::(\d+))?$/.exec(target) ?? []
    if (host === undefined) return
    this.datagrams ??= this.sys.socket(inet('0.0.0.0', 0).family, SOCK_DGRAM)
    try {
      await this.sys.sendto(this.datagrams, new TextEncoder().encode(`${line}\n`), inet(host, Number(port)))
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}

function formatOf(front: Section): string {
  const own = lastOf(front, 'log-format')?.[0]
  if (own !== undefined) return own
  const named = Object.keys(NAMED_FORMATS).find((name) => hasOption(front, name))
  return NAMED_FORMATS[named ?? ''] ?? `Connect from %ci:%cp to %fi:%fp (%f/${modeOf(front).toUpperCase()})`
}
