import { decodeBase64 } from '@drydock/codec'
import type { ServerResponse } from '@drydock/http'
import { unauthorized } from './answers.ts'
import { conditionHolds } from './condition.ts'
import { type Section, wordsOf } from './config.ts'
import { statsCsv, statsPage, type StatsSource } from './stats.ts'
import type { Transaction } from './transaction.ts'

/** The page of `stats enable` and `stats uri`, and what its forms and its CSV are asked by. */
export class StatsPages {
  private readonly source: () => StatsSource

  constructor(source: () => StatsSource) {
    this.source = source
  }

  answer(section: Section, transaction: Transaction): ServerResponse | undefined {
    const rows = wordsOf(section, 'stats')
    const value = (name: string): string | undefined => rows.findLast((row) => row[0] === name)?.[1]
    if (!rows.some(([name]) => name === 'enable' || name === 'uri')) return undefined
    const target = transaction.ask?.target ?? ''
    const uri = value('uri') ?? '/haproxy?stats'
    if (!target.startsWith(uri)) return undefined
    const users = rows.filter(([name]) => name === 'auth').map(([, user]) => user)
    if (users.length > 0 && !users.includes(given(transaction)))
      return unauthorized(value('realm') ?? 'HAProxy Statistics', section, transaction)
    const source = this.source()
    if (target.includes(';csv'))
      return { status: 200, reason: 'OK', headers: plain('text/plain'), body: closing(statsCsv(source)) }
    const admin = rows.some((row) => row[0] === 'admin' && conditionHolds(section, row, transaction))
    const hidden = rows.some(([name]) => name === 'hide-version')
    const refresh = value('refresh')
    const headers =
      refresh === undefined
        ? plain('text/html')
        : [...plain('text/html'), ['refresh', String(Number.parseInt(refresh, 10))] as [string, string]]
    return { status: 200, reason: 'OK', headers, body: closing(statsPage(source, { hidden, admin, refresh, uri })) }
  }
}

const plain = (type: string): [string, string][] => [
  ['cache-control', 'no-cache'],
  ['content-type', type],
]

/** Sent as it is made, with no length told. */
const closing =
  (text: string): Exclude<ServerResponse['body'], undefined> =>
  async ({ write }) =>
    void (await write(new TextEncoder().encode(text)))

function given({ ask }: Transaction): string {
  const bytes = decodeBase64(/^basic (\S+)$/i.exec(ask?.headers.get('authorization') ?? '')?.[1] ?? '')
  return new TextDecoder().decode(bytes ?? new Uint8Array())
}
