/** Bytes that are remembered of a terminal's output: a long lesson, and no memory to speak of. */
const MOST_BYTES = 4 * 1024 * 1024

interface Heard {
  readonly atMs: number
  readonly bytes: Uint8Array
}

export interface Size {
  readonly cols: number
  readonly rows: number
}

/** What a terminal said, and when, since the page was opened. The oldest is forgotten first. */
export class Recording {
  private readonly heard: Heard[] = []
  private held = 0

  hear(bytes: Uint8Array, atMs: number): void {
    this.heard.push({ atMs, bytes })
    this.held += bytes.length
    while (this.held > MOST_BYTES) this.held -= this.heard.shift()?.bytes.length ?? 0
  }

  /** As a file of asciinema, version 2. docs.asciinema.org/manual/asciicast/v2 */
  cast({ cols, rows }: Size, title: string, epochOffsetMs: number): string {
    const from = this.heard[0]?.atMs ?? 0
    const timestamp = Math.floor((epochOffsetMs + from) / 1000)
    const head = {
      version: 2,
      width: cols,
      height: rows,
      timestamp,
      title,
      env: { TERM: 'xterm-256color', SHELL: '/bin/bash' },
    }
    // A character may be cut in two by the end of a piece.
    const decoder = new TextDecoder()
    const events = this.heard.map(({ atMs, bytes }) =>
      JSON.stringify([(atMs - from) / 1000, 'o', decoder.decode(bytes, { stream: true })]),
    )
    return [JSON.stringify(head), ...events, ''].join('\n')
  }
}
