import { encodeText } from '../syntax/ansi-escapes.ts'
import { FatalError } from './flow.ts'
import { IndexedArray } from './indexed-array.ts'

/** Attributes of a variable. declare in bash(1). */
export interface Attributes {
  exported: boolean | undefined
  readonly: boolean | undefined
  integer: boolean | undefined
  lower: boolean | undefined
  upper: boolean | undefined
  nameref: boolean | undefined
  trace: boolean | undefined
}

export interface Variable extends Attributes {
  value: string | undefined
  /** An indexed array; `value` is not used then. */
  array: IndexedArray | undefined
  /** An associative array. */
  assoc: Map<string, string> | undefined
  /** Declared an array and never assigned to: not the same as empty. */
  declared: boolean | undefined
  /** Made when it is read: RANDOM, SECONDS… */
  dynamic: { read(): string; write?(value: string): void } | undefined
  /** A value that arithmetic has read or written, and its number: it counts as long as the value is still this one. */
  numeral: string | undefined
  number: number
}

/** Variables have all their properties from the start, in one order: the engines that run this code tell objects by that. */
export const newVariable = (): Variable => ({
  value: undefined,
  array: undefined,
  assoc: undefined,
  declared: undefined,
  dynamic: undefined,
  exported: undefined,
  readonly: undefined,
  integer: undefined,
  lower: undefined,
  upper: undefined,
  nameref: undefined,
  trace: undefined,
  numeral: undefined,
  number: 0,
})

export const variableOf = (some: Partial<Variable>): Variable => Object.assign(newVariable(), some)

/** Whether it takes a text as it is: it has none of the attributes that an assignment has to look at. */
const isPlain = (variable: Variable): boolean =>
  !variable.array &&
  !variable.assoc &&
  !variable.dynamic &&
  !variable.readonly &&
  !variable.integer &&
  !variable.nameref &&
  !variable.lower &&
  !variable.upper

/** Values shorter than this are not worth being counted one by one. */
const LONG_VALUE = 65536

/** What a function (or an assignment before a command) covers up, to be put back when it ends. */
export class Frame {
  readonly kind: 'function' | 'temporary'
  /** The options as they were when `local -` was met: they come back with the end of the call. */
  options: ReadonlySet<string> | undefined = undefined
  /** Made with the first: most calls cover nothing. */
  private covered: Map<string, Variable | undefined> | undefined = undefined

  constructor(kind: 'function' | 'temporary') {
    this.kind = kind
  }

  get coversAny(): boolean {
    return this.covered !== undefined
  }

  covers(name: string): boolean {
    return this.covered !== undefined && this.covered.has(name)
  }

  /** What was visible before; undefined where nothing was. */
  under(name: string): Variable | undefined {
    return this.covered?.get(name)
  }

  keep(name: string, old: Variable | undefined): void {
    this.covered ??= new Map()
    this.covered.set(name, old)
  }

  forget(name: string): void {
    this.covered?.delete(name)
  }

  names(): string[] {
    return [...(this.covered?.keys() ?? [])]
  }

  copy(): Frame {
    const copy = new Frame(this.kind)
    copy.options = this.options
    for (const [name, old] of this.covered ?? []) copy.keep(name, old && copyVariable(old))
    return copy
  }

  restore(visible: Map<string, Variable>): void {
    if (!this.covered) return
    // Not a loop over pairs, which the engine compiles into ten times as much.
    this.covered.forEach((old, name) => {
      if (old) visible.set(name, old)
      else visible.delete(name)
    })
  }
}

/**
 * The variables, dynamically scoped: one map of what is visible now, and a stack of what each running function covers.
 */
export class Variables {
  private own = new Map<string, Variable>()
  /** What this is a copy of, until all of it has been copied. */
  private rest: Variables | undefined = undefined
  readonly frames: Frame[] = []
  /** Told of long values that come and go. */
  onLongValue: ((bytes: number) => void) | undefined = undefined

  /** All of them, by name. */
  get visible(): Map<string, Variable> {
    if (this.rest) this.copyRest(this.rest)
    return this.own
  }

  /**
   * A copy for a subshell, which cannot share anything with its parent.
   * @param still nothing here changes while the copy is used: each variable is copied when it is first asked for
   */
  copy(still = false): Variables {
    const copy = new Variables()
    copy.rest = this
    // Of a copy's copies each would else depend on all above: any of those may end before it does.
    if (this.rest) this.copyRest(this.rest)
    if (!still) copy.copyRest(this)
    for (const frame of this.frames) copy.frames.push(frame.copy())
    return copy
  }

  private copyRest(rest: Variables): void {
    this.rest = undefined
    const { own } = this
    this.own = new Map()
    for (const [name, variable] of rest.visible) this.own.set(name, own.get(name) ?? copyVariable(variable))
    for (const [name, variable] of own) this.own.set(name, variable)
  }

  private borrowed(name: string, rest: Variables): Variable | undefined {
    const variable = rest.raw(name)
    if (!variable) return undefined
    const copy = copyVariable(variable)
    this.own.set(name, copy)
    return copy
  }

  /** Puts a new variable in the place of whatever had the name. */
  define(name: string, some: Partial<Variable>): void {
    this.own.set(name, variableOf(some))
  }

  /** The variable itself, namerefs not followed. */
  raw(name: string): Variable | undefined {
    return this.own.get(name) ?? (this.rest && this.borrowed(name, this.rest))
  }

  /** The name that a nameref stands for in the end, with its subscript if it has one. */
  resolve(name: string): string {
    let target = name
    for (let depth = 0; depth < 8; depth++) {
      const variable = this.raw(target)
      if (!variable?.nameref || !variable.value) return target
      target = variable.value
    }
    return target
  }

  find(name: string): Variable | undefined {
    const variable = this.raw(name)
    return variable?.nameref && variable.value ? this.raw(this.resolve(name)) : variable
  }

  get(name: string): string | undefined {
    const variable = this.find(name)
    return variable && valueOfVariable(variable)
  }

  /** Assigns a plain value, with the attributes respected except `integer` (arithmetic is the caller's). @throws FatalError */
  set(name: string, value: string): Variable {
    const variable = this.writable(name)
    const kept = recase(variable, value)
    if (kept.length > LONG_VALUE || (variable.value?.length ?? 0) > LONG_VALUE)
      this.onLongValue?.(kept.length - (variable.value?.length ?? 0))
    if (variable.dynamic) variable.dynamic.write?.(kept)
    else if (variable.array) variable.array.set(0, kept)
    else if (variable.assoc) variable.assoc.set('0', kept)
    else variable.value = kept
    return variable
  }

  /** `set` for a short text and a variable that is there and has no attributes. @returns whether it was that, and is done */
  setPlain(name: string, text: string): boolean {
    const variable = this.raw(name)
    if (!variable || text.length > LONG_VALUE || !isPlain(variable)) return false
    if (variable.value !== undefined && variable.value.length > LONG_VALUE) return false
    variable.value = text
    return true
  }

  /** The same for a text that is added. */
  appendPlain(name: string, text: string): boolean {
    const variable = this.raw(name)
    if (!variable || variable.value === undefined || !isPlain(variable)) return false
    if (variable.value.length + text.length > LONG_VALUE) return false
    variable.value += text
    return true
  }

  /** The same for a result of arithmetic. */
  setNumber(name: string, value: number): boolean {
    const variable = this.raw(name)
    if (!variable || !isPlain(variable)) return false
    if (variable.value !== undefined && variable.value.length > LONG_VALUE) return false
    const text = String(value)
    variable.value = text
    remember(variable, text, value)
    return true
  }

  /** The variable to be assigned to, made when there is none. @throws FatalError when it is readonly */
  writable(name: string): Variable {
    let variable = this.find(name)
    if (variable) {
      if (variable.readonly) throw new FatalError(`${name}: readonly variable`, 1, false)
      return variable
    }
    variable = newVariable()
    this.own.set(this.resolve(name), variable)
    return variable
  }

  setElement(name: string, index: number | string, value: string): void {
    const variable = this.writable(name)
    const kept = recase(variable, value)
    if (variable.assoc) variable.assoc.set(String(index), kept)
    else arrayOf(variable).set(Number(index), kept)
  }

  unset(name: string, deep = true): void {
    const target = this.resolve(name)
    const variable = this.raw(target)
    if (variable?.readonly) throw new FatalError(`${name}: cannot unset: readonly variable`, 1, false)
    this.drop(target, deep)
  }

  /**
   * A local of the running function stays local when unset; one of a caller uncovers what it hid.
   * @param deep dash and ash: what a caller's local hid stays hidden
   */
  drop(name: string, deep = true): void {
    const top = this.frames.length - 1
    for (let at = top; at >= 0; at--) {
      const frame = this.frames[at]
      if (!frame?.covers(name)) continue
      if (!deep || at === top || frame.kind === 'temporary') break
      const old = frame.under(name)
      frame.forget(name)
      if (old) this.own.set(name, old)
      else this.visible.delete(name)
      return
    }
    this.visible.delete(name)
  }

  push(kind: Frame['kind']): Frame {
    const frame = new Frame(kind)
    this.frames.push(frame)
    return frame
  }

  pop(): void {
    const frame = this.frames.pop()
    if (frame?.coversAny) frame.restore(this.visible)
  }

  /** Makes a variable of the frame's own that covers the one of that name. */
  cover(frame: Frame, name: string): Variable {
    const old = this.raw(name)
    const covers = frame.covers(name)
    if (old && covers) return old
    if (!covers) frame.keep(name, old)
    const variable: Variable = newVariable()
    this.own.set(name, variable)
    return variable
  }

  /** The variable under all functions, made when there is none. */
  global(name: string): Variable {
    const frame = this.frames.find((each) => each.covers(name))
    const known = frame ? frame.under(name) : this.raw(name)
    if (known) return known
    const made: Variable = newVariable()
    if (frame) frame.keep(name, made)
    else this.own.set(name, made)
    return made
  }

  /** The innermost function's frame; undefined outside of functions. */
  functionFrame(): Frame | undefined {
    return this.frames.findLast((frame) => frame.kind === 'function')
  }

  /** The environment for programs. */
  exported(): Map<string, string> {
    const env = new Map<string, string>()
    for (const [name, variable] of this.visible) {
      if (!variable.exported || variable.array || variable.assoc) continue
      const value = variable.dynamic ? variable.dynamic.read() : variable.value
      if (value !== undefined) env.set(name, value)
    }
    return env
  }

  names(prefix = ''): string[] {
    return [...this.visible.keys()].filter((name) => name.startsWith(prefix)).sort()
  }
}

/** So that the text is not read as a number again. */
export function remember(variable: Variable, numeral: string, number: number): void {
  variable.numeral = numeral
  variable.number = number
}

/** Its value as a text: of an array, element 0. */
export function valueOfVariable(variable: Variable): string | undefined {
  if (variable.dynamic) return variable.dynamic.read()
  if (variable.array) return variable.array.get(0)
  return variable.assoc ? variable.assoc.get('0') : variable.value
}

/** The variable as an indexed array; a scalar becomes element 0. */
export function arrayOf(variable: Variable): IndexedArray {
  if (variable.array) return variable.array
  const array = new IndexedArray()
  if (variable.value !== undefined) array.set(0, variable.value)
  variable.value = undefined
  variable.array = array
  return array
}

/** One more than the highest subscript of an indexed array, or of what would become one. */
export function nextIndex(variable: Variable): number {
  const { array } = variable
  if (!array) return variable.value === undefined ? 0 : 1
  return array.end
}

/** How many elements it has, as an array. */
export function elementCount(variable: Variable): number {
  const { array, assoc, value, dynamic } = variable
  return array?.size ?? assoc?.size ?? (dynamic || value !== undefined ? 1 : 0)
}

/** Values in the order of the subscripts, with these. */
export function elements(variable: Variable): [number | string, string][] {
  if (variable.assoc) return hashOrder(variable.assoc)
  if (variable.array) return [...variable.array]
  const value = variable.dynamic ? variable.dynamic.read() : variable.value
  return value === undefined ? [] : [[0, value]]
}

/**
 * Keys in the order of bash's hash table, which scripts can see: FNV-1 over the bytes, 1024 buckets, the newest
 * first in each.
 */
export function hashOrder(assoc: ReadonlyMap<string, string>): [string, string][] {
  const rows = [...assoc].map((pair, at) => ({ pair, at, bucket: bucketOf(pair[0]) }))
  return rows.sort((a, b) => a.bucket - b.bucket || b.at - a.at).map(({ pair }) => pair)
}

function bucketOf(key: string): number {
  let hash = 2166136261
  for (const byte of encodeText(key)) hash = Math.imul(hash, 16777619) ^ byte
  return hash & 1023
}

export const isSet = (variable: Variable | undefined): boolean =>
  variable !== undefined &&
  (variable.dynamic !== undefined ||
    variable.value !== undefined ||
    (variable.array?.has(0) ?? false) ||
    (variable.assoc?.has('0') ?? false))

export function recase(variable: Variable, value: string): string {
  if (variable.lower) return value.toLowerCase()
  return variable.upper ? value.toUpperCase() : value
}

/** The same properties in the same order as `newVariable` gives them. */
function copyVariable(variable: Variable): Variable {
  const copy = { ...variable }
  // What is readonly does not change any more.
  if (variable.readonly) return copy
  if (variable.array) copy.array = variable.array.copy()
  if (variable.assoc) copy.assoc = new Map(variable.assoc)
  return copy
}
