import {
  EEXIST,
  ENOENT,
  type Errno,
  isErrno,
  isRegular,
  type MaybePromise,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '@drydock/abi'
import { addFields, expandQuoted, expandText, expandWords, textOf } from '../expand/expand.ts'
import { PendingSubscript } from '../expand/subscript.ts'
import { waits } from '../expand/waits.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'
import type { Redirect, Word } from '../syntax/ast.ts'
import { begin, FatalError, type Outcome, type Steps, wait } from './flow.ts'
import type { Shell } from './shell.ts'

/** Descriptors that the shell keeps for itself start here. */
const FIRST_PRIVATE_FD = 10
const PIPE_BYTES = 65536

/** A redirection failed; the command is not run. */
export class RedirectError extends Error {}

/** A FIFO whose other side nobody has opened yet. */
class PendingOpen {
  readonly redirect: Redirect
  readonly fd: Promise<number>
  constructor(redirect: Redirect, fd: Promise<number>) {
    this.redirect = redirect
    this.fd = fd
  }
}

/** What was covered, to be put back: -1 means that the descriptor was closed. */
export interface Saved {
  readonly fd: number
  readonly copy: number
}

const NONE: Saved = { fd: -1, copy: -1 }

/** Descriptors of process substitutions are closed when their command is done. */
export function closeSubstitutions(shell: Shell, keep: number): void {
  if (shell.substitutions.length <= keep) return
  for (const { fd } of shell.substitutions.splice(keep)) quietly(() => shell.sys.close(fd))
}

/** Runs `body` with the redirections in force, without steps where nothing has to wait. */
export function redirecting(shell: Shell, redirects: readonly Redirect[], body: () => Outcome): Outcome {
  for (let at = 0; at < redirects.length; at++)
    if (!isAtOnce(redirects[at])) return begin(withRedirects(shell, redirects, body))
  const saved: Saved[] = []
  try {
    for (let at = 0; at < redirects.length; at++) {
      const redirect = redirects[at]
      if (redirect) applyTo(shell, redirect, targetNow(shell, redirect), saved)
    }
  } catch (error) {
    restore(shell, saved)
    if (error instanceof PendingOpen) return begin(withRedirects(shell, redirects, body, error))
    if (error instanceof PendingSubscript) return begin(withRedirects(shell, redirects, body))
    if (error instanceof RedirectError) return begin(redirectFailure(shell, error))
    throw error
  }
  let outcome: Outcome | undefined
  try {
    outcome = body()
    return typeof outcome === 'number' ? outcome : redirectedSteps(shell, saved, outcome)
  } finally {
    if (typeof outcome !== 'object') restore(shell, saved)
  }
}

/** No here-document, and its target runs nothing. */
const isAtOnce = (redirect: Redirect | undefined): boolean =>
  redirect !== undefined && !redirect.operator.startsWith('<<') && !waits(redirect.target)

function* redirectedSteps(shell: Shell, saved: readonly Saved[], steps: Steps<number>): Steps<number> {
  try {
    return yield* steps
  } finally {
    restore(shell, saved)
  }
}

function* redirectFailure(shell: Shell, error: RedirectError): Steps<number> {
  yield* wait(shell.complain(error.message))
  return (shell.status = shell.dialect.bash ? 1 : 2)
}

/** Runs `body` with the redirections in force. */
export function* withRedirects(
  shell: Shell,
  redirects: readonly Redirect[],
  body: () => Outcome,
  pending?: PendingOpen,
): Steps<number> {
  const saved: Saved[] = []
  const open = shell.substitutions.length
  try {
    yield* applyRedirects(shell, redirects, saved, pending)
    const outcome = body()
    return typeof outcome === 'number' ? outcome : yield* outcome
  } catch (error) {
    if (!(error instanceof RedirectError)) throw error
    restore(shell, saved.splice(0))
    return yield* redirectFailure(shell, error)
  } finally {
    restore(shell, saved)
    closeSubstitutions(shell, open)
  }
}

export function* applyRedirects(
  shell: Shell,
  redirects: readonly Redirect[],
  saved: Saved[] | undefined,
  pending?: PendingOpen,
): Steps<void> {
  for (const redirect of redirects) yield* apply(shell, redirect, saved, pending)
}

export function restore(shell: Shell, saved: readonly Saved[]): void {
  const { sys } = shell
  for (let at = saved.length - 1; at >= 0; at--) {
    const { fd, copy } = saved[at] ?? NONE
    if (copy < 0) {
      quietly(() => sys.close(fd))
      continue
    }
    // It takes the place of what is there.
    sys.dup2(copy, fd)
    sys.close(copy)
  }
}

function* apply(
  shell: Shell,
  redirect: Redirect,
  saved: Saved[] | undefined,
  pending: PendingOpen | undefined,
): Steps<void> {
  const { operator } = redirect
  if (pending?.redirect === redirect) return yield* finishOpen(shell, pending, saved)
  if (operator === '<<' || operator === '<<-' || operator === '<<<')
    return install(shell, redirect, yield* hereDocument(shell, redirect), 0, saved)
  try {
    applyTo(shell, redirect, yield* targetOf(shell, redirect), saved)
  } catch (error) {
    if (!(error instanceof PendingOpen)) throw error
    yield* finishOpen(shell, error, saved)
  }
}

function* finishOpen(shell: Shell, { redirect, fd }: PendingOpen, saved: Saved[] | undefined): Steps<void> {
  let opened: number
  try {
    opened = yield* wait(fd)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new RedirectError(shell.dialect.cannotOpen(redirect.target.source, error.message, false))
  }
  installOpened(shell, redirect, opened, saved)
}

function applyTo(shell: Shell, redirect: Redirect, target: string, saved: Saved[] | undefined): void {
  const { operator } = redirect
  if (operator === '>&' || operator === '<&') {
    const duplicate = duplicateOf(shell, redirect, target)
    if (duplicate !== undefined) return duplicateInto(shell, redirect, duplicate, saved)
  }
  const fd = openFile(shell, operator, target)
  if (fd instanceof Promise) throw new PendingOpen(redirect, fd)
  installOpened(shell, redirect, fd, saved)
}

function installOpened(shell: Shell, redirect: Redirect, fd: number, saved: Saved[] | undefined): void {
  const { operator } = redirect
  const both = operator === '&>' || operator === '&>>' || operator === '>&'
  install(shell, redirect, fd, operator.includes('<') ? 0 : 1, saved)
  if (both) cover(shell, 2, saved, () => shell.sys.dup2(1, 2))
}

function* targetOf(shell: Shell, { target }: Redirect): Steps<string> {
  if (!shell.dialect.bash) return yield* expandText(shell, target)
  return onlyField(yield* expandWords(shell, [target]), target)
}

/** The same for a target that runs nothing. */
function targetNow(shell: Shell, { target }: Redirect): string {
  if (target.plain !== undefined) return target.plain
  if (!shell.dialect.bash) return textOf(shell, target)
  const fields: string[] = []
  addFields(shell, target, fields)
  return onlyField(fields, target)
}

function onlyField([field, more]: readonly string[], target: Word): string {
  if (field === undefined || more !== undefined) throw new RedirectError(`${target.source}: ambiguous redirect`)
  return field
}

const FLAGS: ReadonlyMap<string, number> = new Map([
  ['<', O_RDONLY],
  ['<>', O_RDWR | O_CREAT],
  ['>>', O_WRONLY | O_CREAT | O_APPEND],
  ['&>>', O_WRONLY | O_CREAT | O_APPEND],
])

function openFile(shell: Shell, operator: string, path: string): MaybePromise<number> {
  const flags = FLAGS.get(operator) ?? O_WRONLY | O_CREAT | O_TRUNC
  try {
    const guarded =
      shell.options.has('noclobber') && (operator === '>' || operator === '&>') && !isSpecialFile(shell, path)
    return shell.sys.openWaiting(path, guarded ? (flags & ~O_TRUNC) | O_EXCL : flags, 0o666)
  } catch (error) {
    if (error === EEXIST) throw new RedirectError(`${path}: cannot overwrite existing file`)
    if (isErrno(error))
      throw new RedirectError(shell.dialect.cannotOpen(path, openMessage(path, error), (flags & O_CREAT) !== 0))
    throw error
  }
}

const openMessage = (path: string, error: Errno): string => (path === '' ? ENOENT.message : error.message)

function isSpecialFile(shell: Shell, path: string): boolean {
  return quietly(() => !isRegular(shell.sys.stat(path).mode)) ?? false
}

/** The descriptor of `n>&m`, -1 for `-`; undefined when the target is a file name (bash's old `>&file`). */
function duplicateOf(shell: Shell, { operator, fd, variable }: Redirect, target: string): number | undefined {
  if (target === '-') return -1
  if (/^\d+-?$/.test(target)) return Number.parseInt(target, 10)
  if (operator === '>&' && (fd === undefined || fd === 1) && !variable && shell.dialect.bash) return undefined
  if (shell.dialect.name === 'dash') throw new FatalError('Bad fd number', 2)
  throw new RedirectError(`${target}: ambiguous redirect`)
}

function duplicateInto(shell: Shell, redirect: Redirect, from: number, saved: Saved[] | undefined): void {
  const { sys } = shell
  const fallback = redirect.operator === '<&' ? 0 : 1
  if (from < 0) {
    const fd = redirect.variable ? Number(namedValue(shell, redirect.variable)) : (redirect.fd ?? fallback)
    if (redirect.variable) quietly(() => sys.close(fd))
    else cover(shell, fd, saved, () => quietly(() => sys.close(fd)))
    return
  }
  const copy = quietly(() => sys.dup(from, FIRST_PRIVATE_FD))
  if (copy === undefined)
    throw new RedirectError(`${shell.dialect.name === 'bash' ? redirect.target.source : from}: Bad file descriptor`)
  install(shell, redirect, copy, fallback, saved)
  if (redirect.target.source.endsWith('-') && redirect.target.source !== '-')
    cover(shell, from, saved, () => quietly(() => sys.close(from)))
}

/** The value of a variable, or of an element: `NAME[1]`. */
function namedValue({ variables }: Shell, text: string): string | undefined {
  const [, name = '', index] = /^(\w+)(?:\[(\w+)\])?$/.exec(text) ?? []
  return index === undefined ? variables.get(name) : variables.find(name)?.array?.get(Number(index))
}

/** Puts an open descriptor where the redirection wants it. */
function install(shell: Shell, redirect: Redirect, from: number, fallback: number, saved: Saved[] | undefined): void {
  const { sys } = shell
  if (redirect.variable) {
    const kept = sys.dup(from, FIRST_PRIVATE_FD)
    sys.close(from)
    shell.variables.set(redirect.variable, String(kept))
    return
  }
  const fd = redirect.fd ?? fallback
  if (from === fd) {
    saved?.push({ fd, copy: -1 })
    return
  }
  if (saved) saved.push(keep(shell, fd))
  sys.dup2(from, fd)
  sys.close(from)
}

function cover(shell: Shell, fd: number, saved: Saved[] | undefined, change: () => void): void {
  if (saved) saved.push(keep(shell, fd))
  change()
}

const PRIVATE = { cloexec: true } as const

/** A copy of the descriptor, out of the way. */
function keep(shell: Shell, fd: number): Saved {
  const copy = quietly(() => shell.sys.dup(fd, FIRST_PRIVATE_FD)) ?? -1
  if (copy >= 0) shell.sys.setFdFlags(copy, PRIVATE)
  return { fd, copy }
}

/** A pipe that holds the text, or a file without a name when it is too long for one. */
function* hereDocument(shell: Shell, { operator, target, body }: Redirect): Steps<number> {
  const { sys } = shell
  const text =
    operator === '<<<' ? `${yield* expandText(shell, target)}\n` : yield* expandQuoted(shell, body?.parts ?? [])
  const bytes = encodeText(text)
  if (bytes.length <= PIPE_BYTES) {
    const [reader, writer] = sys.pipe()
    if (bytes.length) yield* wait(sys.write(writer, bytes))
    sys.close(writer)
    return reader
  }
  const path = `/tmp/sh-thd.${sys.getpid()}${shell.random()}`
  const writer = sys.open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
  yield* wait(sys.write(writer, bytes))
  const reader = sys.open(path, O_RDONLY)
  sys.close(writer)
  sys.unlink(path)
  return reader
}

export function quietly<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}
