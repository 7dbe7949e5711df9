import type { JsonMessage } from '@drydock/docker-api'
import type { BodyWriter } from '@drydock/http'

/** A stream of JSON lines to a client: pull, push, load, import, build. */
export class ProgressStream {
  private readonly writer: BodyWriter
  private readonly quiet: boolean

  constructor(writer: BodyWriter, quiet = false) {
    this.writer = writer
    this.quiet = quiet
  }

  async send(message: JsonMessage): Promise<void> {
    if (!this.quiet) await this.writer.write(`${JSON.stringify(message)}\r\n`)
  }

  status(status: string, id?: string): Promise<void> {
    return this.send({ status, ...(id === undefined ? {} : { id }) })
  }

  /** A step of one layer without numbers. */
  step(status: string, id: string): Promise<void> {
    return this.send({ status, progressDetail: {}, id })
  }

  progress(status: string, id: string, current: number, total: number): Promise<void> {
    return this.send({ status, progressDetail: { current, total }, id })
  }

  async error(message: string): Promise<void> {
    await this.writer.write(`${JSON.stringify({ errorDetail: { message }, error: message })}\r\n`)
  }
}
