import type { Sys } from '@drydock/abi'
import { messageOf, patternOf, type TextBuffer } from './text-buffer.ts'

/** What the command line changes. */
export interface ViState {
  readonly buffer: TextBuffer
  readonly sys: Sys
  path: string
  message: string
  numbers: boolean
  ignoreCase: boolean
  search: string
  done: boolean
}

/** Runs `:text`. ex(1) in small. */
export async function runColon(state: ViState, text: string): Promise<void> {
  const { buffer } = state
  const match = /^(%|(?:[.$]|\d+)?(?:,(?:[.$]|\d+))?)\s*(.*)$/s.exec(text.trim())
  const [, range = '', command = ''] = match ?? []
  const [from, to] = rowsOf(buffer, range)
  if (command === '') {
    if (range !== '') buffer.moveTo(to, 0)
    return
  }
  const substitution = /^s(.)(.*)$/s.exec(command)
  if (substitution && /\W/.test(substitution[1] ?? ''))
    return substitute(state, substitution[1] ?? '/', substitution[2] ?? '', from, to)
  if (command === 'd') {
    buffer.remember()
    buffer.removeLines(from, to - from + 1)
    return
  }
  if (command.startsWith('set ') || command.startsWith('se ')) return set(state, command.replace(/^se?t?\s+/, ''))
  await file(state, command)
}

function rowsOf(buffer: TextBuffer, range: string): [number, number] {
  if (range === '%') return [0, buffer.lines.length - 1]
  const [first = '', second = first] = range.split(',')
  const row = (text: string): number =>
    text === '$' ? buffer.lines.length - 1 : text === '.' || text === '' ? buffer.row : Math.max(0, Number(text) - 1)
  return [row(first), Math.min(buffer.lines.length - 1, row(second))]
}

const SETTINGS: ReadonlyMap<string, (state: ViState) => void> = new Map<string, (state: ViState) => void>([
  ...['nu', 'number'].map((name) => [name, (state: ViState) => void (state.numbers = true)] as const),
  ...['nonu', 'nonumber'].map((name) => [name, (state: ViState) => void (state.numbers = false)] as const),
  ...['ic', 'ignorecase'].map((name) => [name, (state: ViState) => void (state.ignoreCase = true)] as const),
  ...['noic', 'noignorecase'].map((name) => [name, (state: ViState) => void (state.ignoreCase = false)] as const),
])

function set(state: ViState, name: string): void {
  const change = SETTINGS.get(name.trim())
  if (change) change(state)
  else state.message = `Unknown option: ${name}`
}

function substitute(state: ViState, mark: string, rest: string, from: number, to: number): void {
  const { buffer } = state
  const [source = '', replacement = '', flags = ''] = splitUnescaped(rest, mark)
  const pattern = patternOf(translate(source || state.search), flags.includes('i') || state.ignoreCase)
  const regex = new RegExp(pattern.source, (flags.includes('g') ? 'g' : '') + pattern.flags)
  const text = replacement
    .replace(/\$/g, '$$$$')
    .replace(/(^|[^\\])&/g, '$1$$&')
    .replace(/\\([1-9])/g, '$$$1')
    .replace(/\\([^\d])/g, '$1')
  buffer.remember()
  let changed = 0
  for (let row = from; row <= to; row++) {
    const line = buffer.lines[row] ?? ''
    const next = line.replace(regex, text)
    if (next === line) continue
    buffer.lines[row] = next
    buffer.row = row
    changed++
  }
  if (changed) buffer.modified = true
  else state.message = `Pattern not found: ${source}`
  if (changed > 2) state.message = `${changed} substitutions on ${changed} lines`
}

const splitUnescaped = (text: string, mark: string): string[] => {
  const parts = ['']
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\' && text.charAt(at + 1) === mark) parts[parts.length - 1] += text.charAt(++at)
    else if (char === mark) parts.push('')
    else parts[parts.length - 1] += char
  }
  return parts
}

/** vi's basic expressions to JavaScript's: groups and + are marked by a backslash there. */
export const translate = (source: string): string =>
  source.replace(/\\([(){}+?|<>])|([(){}+?|])/g, (_, escaped?: string, bare?: string) =>
    escaped === '<' || escaped === '>' ? '\\b' : (escaped ?? `\\${bare}`),
  )

async function file(state: ViState, command: string): Promise<void> {
  const [, name = '', bang, argument = ''] = /^([a-z]+)(!)?\s*(.*)$/.exec(command) ?? []
  const { buffer } = state
  if (name === 'w' || name === 'wq' || (name === 'x' && buffer.modified)) {
    if (!(await write(state, argument || state.path))) return
    if (argument && state.path === '') state.path = argument
  }
  if (['wq', 'x', 'q', 'qa', 'quit'].includes(name)) {
    if (buffer.modified && !bang && name.startsWith('q'))
      state.message = 'E37: No write since last change (add ! to override)'
    else state.done = true
  } else if (name === 'e') {
    if (buffer.modified && !bang) state.message = 'E37: No write since last change (add ! to override)'
    else await edit(state, argument || state.path)
  } else if (name === 'noh' || name === 'nohlsearch') state.search = ''
  else if (name !== 'w') state.message = `E492: Not an editor command: ${command}`
}

async function write(state: ViState, path: string): Promise<boolean> {
  if (path === '') {
    state.message = 'E32: No file name'
    return false
  }
  try {
    const bytes = await state.buffer.save(state.sys, path)
    state.message = `"${path}" ${state.buffer.text === '' ? 0 : state.buffer.lines.length}L, ${bytes}B written`
    return true
  } catch (error) {
    state.message = `"${path}" E212: Can't open file for writing: ${messageOf(error)}`
    return false
  }
}

export async function edit(state: ViState, path: string): Promise<void> {
  state.path = path
  if (path === '') return
  try {
    const isNew = await state.buffer.load(state.sys, path)
    const { text, lines } = state.buffer
    state.message = isNew
      ? `"${path}" [New]`
      : `"${path}" ${text === '' ? 0 : lines.length}L, ${new TextEncoder().encode(text).length}B`
  } catch (error) {
    state.message = `"${path}" ${messageOf(error)}`
  }
}
