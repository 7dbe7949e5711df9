import { inet, isErrno, type Sys } from '@drydock/abi'
import { FdStream, listen } from '@drydock/libc'
import {
  Control,
  COOKIE_BYTES,
  CREATE_STREAMS,
  DISPLAY_RESULTS,
  EXCHANGE_RESULTS,
  PARAM_EXCHANGE,
  type Parameters,
  type Results,
  TEST_RUNNING,
  TEST_START,
} from './control.ts'
import { type Context, settingsOf } from './options.ts'
import { intervalLines, resultsOf, summaryLines } from './summary.ts'
import { type Limit, measure, receive, send, Stream } from './traffic.ts'
import { HEAD } from './words.ts'

const BAR = '-----------------------------------------------------------\n'

/** One test after the other, for whoever comes. */
export class Server {
  private readonly context: Context
  private readonly sys: Sys
  private listener = -1

  constructor(context: Context) {
    this.context = context
    this.sys = context.sys
  }

  async run(): Promise<number> {
    const { io, options } = this.context
    const { port } = settingsOf(this.context)
    try {
      this.listener = listen(this.sys, inet('0.0.0.0', port))
    } catch (error) {
      if (!isErrno(error)) throw error
      await io.warn(`iperf3: error - unable to start listener for connections: ${error.message}\niperf3: exiting\n`)
      return 1
    }
    for (let test = 1; test === 1 || !options.oneOff; test++) {
      await this.print(`${BAR}Server listening on ${port} (test #${test})\n${BAR}`)
      try {
        await this.test()
      } catch (error) {
        if (!isErrno(error)) throw error
        await io.warn(`iperf3: error - ${error.message}\n`)
      }
    }
    return 0
  }

  private async print(text: string): Promise<void> {
    await this.context.io.print(text)
    await this.context.io.out.flush()
  }

  private async test(): Promise<void> {
    const { fd, peer } = await this.sys.accept(this.listener)
    const control = new Control(this.sys, new FdStream(this.sys, fd))
    const streams: Stream[] = []
    try {
      const { address = '', port = 0 } = peer as { address?: string; port?: number }
      if (!(await control.bytes(COOKIE_BYTES))) return
      await this.print(`Accepted connection from ${address}, port ${port}\n`)
      await control.say(PARAM_EXCHANGE)
      const parameters = await control.hear<Parameters>()
      if (!parameters) return
      await control.say(CREATE_STREAMS)
      for (let i = 0; i < parameters.parallel; i++) streams.push(await this.stream(i))
      await this.measured(control, parameters, streams)
    } finally {
      for (const { stream } of streams) stream.close()
      control.stream.close()
    }
  }

  private async stream(at: number): Promise<Stream> {
    const { fd } = await this.sys.accept(this.listener)
    const made = new Stream(this.sys, new FdStream(this.sys, fd), at === 0 ? 5 : 6 + 2 * at)
    for (let left = COOKIE_BYTES; left > 0; ) {
      const bytes = await made.stream.read(left)
      if (bytes.length === 0) break
      left -= bytes.length
    }
    const { local, peer } = made
    await this.print(
      `[${String(made.id).padStart(3)}] local ${local.address} port ${local.port} connected to ${peer.address} port ${peer.port}\n`,
    )
    return made
  }

  private async measured(control: Control, parameters: Parameters, streams: readonly Stream[]): Promise<void> {
    const { sys } = this
    const { format, intervalMs } = settingsOf(this.context)
    const sending = parameters.reverse === true
    const limit: Limit = { endsAtMs: Number.POSITIVE_INFINITY, bytesLeft: Number.POSITIVE_INFINITY, stopped: false }
    await control.say(TEST_START)
    await control.say(TEST_RUNNING)
    await this.print(HEAD)
    // Whatever comes next ends the test: TEST_END, or a client that has gone.
    const stopped = control.state().then(() => (limit.stopped = true))
    const traffic = Promise.all(
      streams.map((each) => (sending ? send(sys, each, parameters.len, limit) : receive(sys, each, limit))),
    ).then(() => stopped)
    const { seconds, intervals } = await measure(sys, streams, traffic, intervalMs, (interval) =>
      this.print(intervalLines(streams, interval, format)),
    )
    await control.say(EXCHANGE_RESULTS)
    const other = await control.hear<Results>()
    await control.tell(resultsOf(streams))
    await control.say(DISPLAY_RESULTS)
    await this.print(summaryLines({ streams, seconds, intervals, sending, other }, format, false))
    await control.state()
  }
}
