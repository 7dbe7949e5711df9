import { isErrno, type MaybePromise } from '@drydock/abi'

export type StreamName = 'stdout' | 'stderr'
/** Takes a process's output; what it throws as an Errno means that nobody listens any more. */
export type OutputSink = (stream: StreamName, bytes: Uint8Array) => MaybePromise<void>

/** Hands the output of one process to everyone attached. Writers wait for the slowest. */
export class OutputHub {
  private readonly sinks = new Set<OutputSink>()
  private readonly enders = new Set<() => void>()

  /** @param ended called when there will be no more output @returns what detaches it */
  add(sink: OutputSink, ended: () => void): () => void {
    this.sinks.add(sink)
    this.enders.add(ended)
    return () => {
      this.sinks.delete(sink)
      this.enders.delete(ended)
    }
  }

  async send(stream: StreamName, bytes: Uint8Array): Promise<void> {
    for (const sink of [...this.sinks]) {
      try {
        await sink(stream, bytes)
      } catch (error) {
        if (!isErrno(error)) throw error
        this.sinks.delete(sink)
      }
    }
  }

  /** Tells everyone that the process is gone; a later start begins anew. */
  end(): void {
    const enders = [...this.enders]
    this.sinks.clear()
    this.enders.clear()
    for (const ended of enders) ended()
  }
}
