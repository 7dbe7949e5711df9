/** What the program in the kernel and the worker that runs the module say to each other. */
export interface StartMessage {
  readonly kind: 'start'
  readonly module: Uint8Array
  readonly argv: readonly string[]
  /** `NAME=value`. */
  readonly env: readonly string[]
}

/** One question of the module; it stands still until the answer. */
export interface CallMessage {
  readonly kind: 'call'
  readonly id: number
  readonly op: string
  readonly args: readonly (number | string)[]
  readonly bytes?: Uint8Array
}

export interface AnswerMessage {
  readonly kind: 'answer'
  readonly id: number
  /** An error of preview1; 0 for none. */
  readonly errno: number
  readonly values?: readonly number[]
  readonly bytes?: Uint8Array
  readonly entries?: readonly { readonly name: string; readonly ino: number; readonly type: number }[]
}

/** The module has ended. */
export interface ExitMessage {
  readonly kind: 'exit'
  readonly code: number
  /** Why it could not go on. */
  readonly problem?: string
}

export type ToWorker = StartMessage | AnswerMessage
export type FromWorker = CallMessage | ExitMessage
