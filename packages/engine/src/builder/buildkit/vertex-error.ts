import { DockerfileError, type LineRange } from '@drydock/dockerfile'

/** A failed step: `short` is what the step itself tells, the message what the build tells. */
export class VertexError extends DockerfileError {
  readonly short: string
  constructor(message: string, range: LineRange, short = message) {
    super(message, { range })
    this.short = short
  }
}
