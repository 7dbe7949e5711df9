import { inet, isErrno, type Sys } from '@drydock/abi'
import { dial, ResolveError, resolveHost } from '@drydock/libc'
import {
  ACCESS_DENIED,
  Control,
  COOKIE_BYTES,
  CREATE_STREAMS,
  DISPLAY_RESULTS,
  EXCHANGE_RESULTS,
  IPERF_DONE,
  PARAM_EXCHANGE,
  type Parameters,
  type Results,
  TEST_END,
  TEST_RUNNING,
} from './control.ts'
import { jsonOf } from './json.ts'
import { type Context, type Settings, settingsOf } from './options.ts'
import { type Ended, intervalLines, resultsOf, summaryLines } from './summary.ts'
import { type Limit, measure, receive, send, Stream } from './traffic.ts'
import { HEAD } from './words.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567'

/** The side that asks for a test. */
export class Client {
  private readonly context: Context
  private readonly sys: Sys
  private readonly settings: Settings
  private readonly host: string
  private readonly streams: Stream[] = []
  private readonly cookie: Uint8Array
  private address = ''
  private ended: Ended | undefined

  constructor(context: Context, host: string) {
    this.context = context
    this.sys = context.sys
    this.host = host
    this.settings = settingsOf(context)
    this.cookie = cookieOf(context.sys)
  }

  async run(): Promise<number> {
    const { port } = this.settings
    const started = this.sys.clock.now()
    try {
      this.address = (await resolveHost(this.sys, this.host))[0] ?? ''
      await this.print(`Connecting to host ${this.host}, port ${port}\n`)
      const control = new Control(this.sys, await dial(this.sys, inet(this.address, port)))
      await control.stream.write(this.cookie)
      const failed = await this.follow(control)
      if (failed !== undefined) return await this.fail(failed)
    } catch (error) {
      if (error instanceof ResolveError) return this.fail('unable to connect to server: Name or service not known')
      if (isErrno(error)) return this.fail(`unable to connect to server: ${error.message}`)
      throw error
    }
    if (this.settings.json && this.ended)
      await this.context.io.print(jsonOf(this.sys, this.host, this.settings, started, this.ended))
    await this.print('\niperf Done.\n')
    return 0
  }

  private async print(text: string): Promise<void> {
    if (this.settings.json) return
    await this.context.io.print(text)
    await this.context.io.out.flush()
  }

  private async fail(message: string): Promise<number> {
    if (this.settings.json)
      await this.context.io.print(
        `${JSON.stringify({ start: {}, intervals: [], end: {}, error: `error - ${message}` }, null, '\t')}\n`,
      )
    else await this.context.io.warn(`iperf3: error - ${message}\n`)
    return 1
  }

  /** Does what the server says, until there is nothing more. @returns what went wrong */
  private async follow(control: Control): Promise<string | undefined> {
    const steps: ReadonlyMap<number, () => Promise<void>> = new Map([
      [PARAM_EXCHANGE, () => control.tell(this.parameters())],
      [CREATE_STREAMS, () => this.connect()],
      [TEST_RUNNING, () => this.test(control)],
      [EXCHANGE_RESULTS, () => this.exchange(control)],
    ])
    try {
      for (let state = await control.state(); state !== DISPLAY_RESULTS; state = await control.state()) {
        if (state === undefined) return 'control socket has closed unexpectedly'
        if (state === ACCESS_DENIED) return 'the server is busy running a test. try again later'
        await steps.get(state)?.()
      }
      if (this.ended) await this.print(summaryLines(this.ended, this.settings.format, true))
      await control.say(IPERF_DONE)
      return undefined
    } finally {
      for (const { stream } of this.streams) stream.close()
      control.stream.close()
    }
  }

  private parameters(): Parameters {
    const { seconds, bytes, parallel, reverse, blockBytes } = this.settings
    return {
      tcp: true,
      ...(bytes === undefined ? { time: seconds } : { num: bytes }),
      parallel,
      ...(reverse && { reverse }),
      len: blockBytes,
      client_version: '3.18',
    }
  }

  private async connect(): Promise<void> {
    const { parallel, port, reverse } = this.settings
    if (reverse) await this.print(`Reverse mode, remote host ${this.host} is sending\n`)
    for (let i = 0; i < parallel; i++) {
      const made = new Stream(this.sys, await dial(this.sys, inet(this.address, port)), 5 + 2 * i)
      await made.stream.write(this.cookie)
      this.streams.push(made)
      const { local, peer } = made
      await this.print(
        `[${String(made.id).padStart(3)}] local ${local.address} port ${local.port} connected to ${peer.address} port ${peer.port}\n`,
      )
    }
  }

  private async test(control: Control): Promise<void> {
    const { sys, streams, settings } = this
    const { seconds, bytes, reverse, blockBytes, intervalMs, format } = settings
    const endsAtMs = bytes === undefined ? sys.clock.monotonic() + seconds * 1000 : Number.POSITIVE_INFINITY
    const limit: Limit = { endsAtMs, bytesLeft: bytes ?? Number.POSITIVE_INFINITY, stopped: false }
    await this.print(HEAD)
    const traffic = reverse ? this.taken(limit) : Promise.all(streams.map((each) => send(sys, each, blockBytes, limit)))
    const over = traffic.then(() => control.say(TEST_END))
    const measured = await measure(sys, streams, over, intervalMs, (interval) =>
      this.print(intervalLines(streams, interval, format)),
    )
    this.ended = { ...measured, streams, sending: !reverse, other: undefined }
  }

  /** Takes what comes until the time is over, or the bytes are there; what is on its way then is still read. */
  private async taken(limit: Limit): Promise<void> {
    const enough = (): boolean =>
      this.sys.clock.monotonic() >= limit.endsAtMs ||
      this.streams.reduce((all, { bytes }) => all + bytes, 0) >= limit.bytesLeft
    const reading = this.streams.map((each) => receive(this.sys, each, limit))
    while (!enough()) await this.sys.sleep(Math.min(20, Math.max(1, limit.endsAtMs - this.sys.clock.monotonic())))
    void Promise.all(reading)
  }

  private async exchange(control: Control): Promise<void> {
    await control.tell(resultsOf(this.streams))
    const other = await control.hear<Results>()
    if (this.ended) this.ended = { ...this.ended, other }
  }
}

function cookieOf(sys: Sys): Uint8Array {
  const bytes = new Uint8Array(COOKIE_BYTES)
  sys.entropy.bytes(COOKIE_BYTES - 1).forEach((byte, at) => (bytes[at] = LETTERS.charCodeAt(byte % LETTERS.length)))
  return bytes
}
