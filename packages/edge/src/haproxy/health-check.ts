import { ETIMEDOUT, inet, isErrno, type Sys } from '@drydock/abi'
import { decodeUtf8, encodeUtf8 } from '@drydock/codec'
import { type ClientResponse, HttpError, request as ask } from '@drydock/http'
import { dial, type FdStream } from '@drydock/libc'
import { overTls } from '../secure-stream.ts'
import type { Server } from './backend.ts'
import { type Section, wordsOf } from './config.ts'

/** What a check came to. */
export interface Checked {
  readonly passed: boolean
  /** As the log tells it: `Layer4 connection problem, info: "Connection refused"`. */
  readonly words: string
  /** As statistics tell it: `L4OK`, `L7STS`… */
  readonly short: string
  readonly code: number | undefined
  /** Milliseconds. */
  readonly took: number
}

type Finding = Omit<Checked, 'took'>

const found = (passed: boolean, short: string, words: string, code?: number): Finding => ({
  passed,
  short,
  words,
  code,
})

/** Asks a server once how it is. Configuration manual 4.2, "option httpchk", "tcp-check". */
export async function checkServer(sys: Sys, section: Section, server: Server): Promise<Checked> {
  const start = sys.clock.monotonic()
  const finding = await findingOf(sys, section, server)
  return { ...finding, took: Math.round(sys.clock.monotonic() - start) }
}

async function findingOf(sys: Sys, section: Section, { address, port, settings }: Server): Promise<Finding> {
  const options = wordsOf(section, 'option')
  const http = options.findLast(([name]) => name === 'httpchk')
  const script = wordsOf(section, 'tcp-check')
  try {
    const to = settings.checkPort ?? port
    const plain = await dial(sys, inet(settings.checkAddress ?? address, to), settings.intervalMs)
    try {
      const stream = settings.tls && settings.checkTls ? await overTls(sys, plain, settings.tls) : plain
      if (http) return await httpFinding(stream, section, http.slice(1))
      return script.length > 0 ? await talked(stream, script) : found(true, 'L4OK', 'Layer4 check passed')
    } finally {
      plain.close()
    }
  } catch (error) {
    if (error === ETIMEDOUT) return found(false, 'L4TOUT', 'Layer4 timeout')
    if (isErrno(error)) return found(false, 'L4CON', `Layer4 connection problem, info: "${error.message}"`)
    if (error instanceof HttpError) return found(false, 'L7RSP', 'Layer7 invalid response')
    throw error
  }
}

/** `option httpchk` and `http-check send`. */
function questionOf(section: Section, option: readonly string[]) {
  const send = wordsOf(section, 'http-check').findLast(([what]) => what === 'send') ?? []
  const after = (name: string): string | undefined => {
    const at = send.indexOf(name)
    return at < 0 ? undefined : send[at + 1]
  }
  const [method, target] = option.length === 1 ? [undefined, option[0]] : option
  const headers = send.flatMap((word, at): [string, string][] =>
    word === 'hdr' ? [[send[at + 1] ?? '', send[at + 2] ?? '']] : [],
  )
  return { method: after('meth') ?? method ?? 'OPTIONS', target: after('uri') ?? target ?? '/', headers }
}

async function httpFinding(
  stream: Parameters<typeof ask>[0],
  section: Section,
  option: readonly string[],
): Promise<Finding> {
  const response = await ask(stream, questionOf(section, option))
  const { status } = response
  const wanted = wordsOf(section, 'http-check')
    .findLast(([what]) => what === 'expect')
    ?.slice(1)
  if (await asExpected(response, wanted)) return found(true, 'L7OK', `Layer7 check passed, code: ${status}`, status)
  return found(false, 'L7STS', `Layer7 wrong status, code: ${status}, info: "${response.reason}"`, status)
}

async function asExpected(response: ClientResponse, wanted: readonly string[] | undefined): Promise<boolean> {
  const { status, body } = response
  if (!wanted) return status >= 200 && status < 400
  const not = wanted[0] === '!'
  const [what = '', text = ''] = not ? wanted.slice(1) : wanted
  const inRange = (range: string): boolean => {
    const [low = '', high = low] = range.split('-')
    return status >= Number(low) && status <= Number(high)
  }
  const tests: Readonly<Record<string, () => boolean | Promise<boolean>>> = {
    status: () => text.split(',').some(inRange),
    rstatus: () => new RegExp(text).test(String(status)),
    string: async () => (await body.text()).includes(text),
    rstring: async () => new RegExp(text).test(await body.text()),
  }
  return ((await tests[what]?.()) ?? true) !== not
}

/** `tcp-check send` and `expect`, one after the other. */
async function talked(
  stream: FdStream | Parameters<typeof ask>[0],
  script: readonly (readonly string[])[],
): Promise<Finding> {
  let heard = ''
  for (const [step, [what = '', kind = '', text = '']] of script.entries()) {
    if (what === 'send') await stream.write(encodeUtf8(unescaped(kind)))
    if (what !== 'expect') continue
    const fits = (): boolean => (kind === 'rstring' ? new RegExp(text).test(heard) : heard.includes(text))
    while (!fits()) {
      const bytes = await stream.read()
      if (bytes.length === 0)
        return found(
          false,
          'L7RSP',
          `Layer7 invalid response, info: "TCPCHK expect ${kind} '${text}' at step ${step + 1}"`,
        )
      heard += decodeUtf8(bytes)
    }
  }
  return found(true, 'L7OK', 'Layer7 check passed')
}

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t' }
const unescaped = (text: string): string => text.replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char)
