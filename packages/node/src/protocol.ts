/**
 * What the node program and its worker say to each other. The program sits in the kernel and makes the system calls;
 * the worker runs the script and asks for them.
 */
export interface StartMessage {
  readonly kind: 'start'
  readonly argv: readonly string[]
  readonly execArgv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly version: string
  readonly pid: number
  readonly ppid: number
  readonly cwd: string
  /** What to run: a file, a text given by -e, or lines that are typed. */
  readonly entry:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'text'; readonly text: string; readonly print: boolean; readonly name: '[eval]' | '[stdin]' }
    | { readonly kind: 'repl' }
    /** What is done with the files that the arguments name. */
    | { readonly kind: 'mode'; readonly mode: 'check' | 'test' | 'watch' }
  /** What options in front of the script gave, by their long names. */
  readonly options: Readonly<Record<string, readonly string[]>>
  readonly tty: readonly [boolean, boolean, boolean]
  readonly columns: number
  /** For Math.random, eight bytes. */
  readonly seed: readonly number[]
}

/** A system call. With `wait` the script stands still until the answer; without, the answer is an event. */
export interface CallMessage {
  readonly kind: 'call'
  readonly id: number
  readonly op: string
  readonly args: readonly unknown[]
  readonly bytes?: Uint8Array | undefined
  readonly wait: boolean
}

export interface AnswerMessage {
  readonly kind: 'answer'
  readonly id: number
  readonly value?: unknown
  readonly bytes?: Uint8Array | undefined
  readonly error?: { readonly code: string; readonly errno: number; readonly message: string } | undefined
}

/** A signal the script has a handler for. */
export interface SignalMessage {
  readonly kind: 'signal'
  readonly name: string
}

export interface ExitMessage {
  readonly kind: 'exit'
  readonly code: number
}

/** The script stands still, whatever it does, until it may go on. */
export interface PauseMessage {
  readonly kind: 'pause'
  readonly on: boolean
}

/** What the script has used since it said so last. */
export interface UsageMessage {
  readonly kind: 'usage'
  readonly cpuMs: number
  readonly heapBytes: number
}

export type ToWorker = StartMessage | AnswerMessage | SignalMessage | PauseMessage
export type FromWorker = CallMessage | ExitMessage | UsageMessage
