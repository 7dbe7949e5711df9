/**
 * What the python program and its worker say to each other. The program sits in the kernel and makes the system calls;
 * the worker runs CPython and asks for them.
 */
export interface StartMessage {
  readonly kind: 'start'
  /** What python itself reads: argv[0] is the interpreter. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly pid: number
  readonly ppid: number
  readonly cwd: string
  readonly executable: string
  /** `3.12.12`, as the image says. */
  readonly version: string
  readonly command: Command
  /** A process in the background does not hear of ^C. */
  readonly ignoresInterrupt: boolean
}

export type Command =
  | { readonly kind: 'file'; readonly path: string; readonly args: readonly string[]; readonly flags: Flags }
  | { readonly kind: 'text'; readonly text: string; readonly args: readonly string[]; readonly flags: Flags }
  | { readonly kind: 'module'; readonly name: string; readonly args: readonly string[]; readonly flags: Flags }
  | { readonly kind: 'repl'; readonly args: readonly string[]; readonly flags: Flags }

export interface Flags {
  readonly unbuffered: boolean
  /** Read lines after the script has ended. */
  readonly interactive: boolean
  readonly dontWriteBytecode: boolean
  readonly quiet: boolean
  /** Filters of -W and PYTHONWARNINGS, the last counts most. */
  readonly warnings: readonly string[]
  /** How often -O was given: 1 leaves assertions out, 2 docstrings too. */
  readonly optimize: number
  readonly isolated: boolean
  readonly ignoreEnvironment: boolean
  readonly noSite: boolean
  readonly noUserSite: boolean
  readonly devMode: boolean
  /** How often -b was given. */
  readonly bytesWarning: number
  readonly verbose: number
  readonly debug: number
  /** The script's folder is not searched for modules. */
  readonly safePath: boolean
  readonly utf8: boolean
  readonly faultHandler: boolean
  readonly traceMalloc: boolean
  readonly cachePrefix: string | null
  /** What -X gave: sys._xoptions. */
  readonly extraOptions: Readonly<Record<string, string | true>>
  readonly skipFirstLine: boolean
}

/** A system call: the interpreter stands still until the answer. */
export interface CallMessage {
  readonly kind: 'call'
  readonly id: number
  readonly op: string
  readonly args: readonly unknown[]
  readonly bytes?: Uint8Array | undefined
}

export interface AnswerMessage {
  readonly kind: 'answer'
  readonly id: number
  readonly value?: unknown
  readonly bytes?: Uint8Array | undefined
  /** Name of an errno. */
  readonly error?: string | undefined
}

/** A signal that Python handles. */
export interface SignalMessage {
  readonly kind: 'signal'
  readonly signal: number
}

export interface ExitMessage {
  readonly kind: 'exit'
  readonly code: number
}

/** What the interpreter has used since it said so last. */
export interface UsageMessage {
  readonly kind: 'usage'
  readonly cpuMs: number
  readonly heapBytes: number
}

/** CPython itself is on its way. */
export interface ProgressMessage {
  readonly kind: 'progress'
  readonly loadedBytes: number
  readonly totalBytes: number
}

export type ToWorker = StartMessage | AnswerMessage | SignalMessage
export type FromWorker = CallMessage | ExitMessage | UsageMessage | ProgressMessage
