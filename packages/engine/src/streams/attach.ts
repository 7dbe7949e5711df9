import { type ByteStream, isErrno, type MaybePromise, type Sys } from '@drydock/abi'
import { writeAll } from '@drydock/libc'
import type { OutputHub, StreamName } from '../containers/output-hub.ts'
import { DetachScanner } from './detach-keys.ts'
import { frame } from './stdcopy.ts'

export interface AttachOptions {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
  readonly detachKeys: readonly number[]
  /** Where input goes; waits for a process that is still to start. */
  readonly input: () => MaybePromise<number | undefined>
  /** The client closed its side. */
  readonly inputEnded: () => void
}

/** A client on the streams of a process. */
export interface Attachment {
  /** Resolves when the output has ended or the client has gone or detached. */
  readonly done: Promise<'ended' | 'detached'>
  /** Begins to take input; to be called when the process has started. */
  startInput(): void
}

/** Connects a hijacked connection with a process. The caller closes the stream when it is done. */
export function attach(sys: Sys, hub: OutputHub, stream: ByteStream, options: AttachOptions): Attachment {
  let finish: (how: 'ended' | 'detached') => void = () => undefined
  const done = new Promise<'ended' | 'detached'>((resolve) => {
    finish = resolve
  })
  const wanted: Readonly<Record<StreamName, boolean>> = { stdout: options.stdout, stderr: options.stderr }
  const detach = hub.add(
    async (name, bytes) => {
      if (wanted[name]) await stream.write(options.tty ? bytes : frame(name, bytes))
    },
    () => finish('ended'),
  )
  const leave = (): void => {
    detach()
    finish('detached')
  }
  const startInput = (): void => {
    void takeInput(sys, stream, options).then(
      (detached) => {
        if (detached) leave()
      },
      (error: unknown) => {
        if (error instanceof Error) leave()
      },
    )
  }
  return { done, startInput }
}

/** @returns whether the detach keys were pressed */
async function takeInput(sys: Sys, stream: ByteStream, options: AttachOptions): Promise<boolean> {
  const scanner = options.tty ? new DetachScanner(options.detachKeys) : undefined
  for (;;) {
    const bytes = await stream.read(65536)
    if (bytes.length === 0) break
    if (!options.stdin) continue
    const scanned = scanner?.scan(bytes) ?? { bytes, detached: false }
    await deliver(sys, options, scanned.bytes)
    if (scanned.detached) return true
  }
  if (!options.stdin) return false
  await options.input()
  options.inputEnded()
  return false
}

async function deliver(sys: Sys, options: AttachOptions, bytes: Uint8Array): Promise<void> {
  if (bytes.length === 0) return
  const fd = await options.input()
  if (fd === undefined) return
  try {
    await writeAll(sys, fd, bytes)
  } catch (error) {
    // The process closed its input; its output goes on.
    if (!isErrno(error)) throw error
  }
}
