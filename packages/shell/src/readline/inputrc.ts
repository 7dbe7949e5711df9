import { isErrno, O_RDONLY } from '@drydock/abi'
import type { Shell } from '../interp/shell.ts'
import { decodeBytes } from '../syntax/ansi-escapes.ts'
import { EDITING_COMMANDS } from './commands.ts'
import { parseKeyName, parseSequence } from './key-sequence.ts'
import type { Binding } from './keymap.ts'
import { LineSettings } from './settings.ts'

/** A line that says nothing: the message readline has for it. */
export class InputrcError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

const MOST_BYTES = 1 << 18
const MOST_INCLUDES = 16

/** The settings of a shell, with its inputrc read the first time somebody asks. */
export function lineSettings(shell: Shell): LineSettings {
  if (shell.lineSettings) return shell.lineSettings
  const settings = new LineSettings()
  shell.lineSettings = settings
  if (shell.options.has('vi')) settings.use('vi')
  settings.set('history-size', shell.variables.get('HISTSIZE') ?? '0')
  const home = shell.variables.get('HOME') ?? ''
  const named = shell.variables.get('INPUTRC')
  for (const path of named === undefined ? [`${home}/.inputrc`, '/etc/inputrc'] : [named]) {
    if (readInputrc(shell, settings, path)) break
  }
  return settings
}

/** @returns false when there is no such file; lines that are wrong are passed over */
export function readInputrc(shell: Shell, settings: LineSettings, path: string, depth = 0): boolean {
  try {
    const fd = shell.sys.open(path, O_RDONLY)
    const text = decodeBytes(shell.sys.pread(fd, MOST_BYTES, 0))
    shell.sys.close(fd)
    new InputrcReader(shell, settings, depth).read(text)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

class InputrcReader {
  private readonly shell: Shell
  private readonly settings: LineSettings
  private readonly depth: number
  /** Whether each $if around this line was true. */
  private conditions: boolean[] = []

  constructor(shell: Shell, settings: LineSettings, depth: number) {
    this.shell = shell
    this.settings = settings
    this.depth = depth
  }

  read(text: string): void {
    for (const each of text.split('\n')) {
      const line = each.trim()
      if (line === '' || line.startsWith('#')) continue
      if (line.startsWith('$')) this.directive(line.slice(1))
      else if (this.conditions.every(Boolean)) this.plain(line)
    }
  }

  private plain(line: string): void {
    try {
      bindLine(this.shell, this.settings, line)
    } catch (error) {
      if (!(error instanceof InputrcError)) throw error
    }
  }

  private directive(line: string): void {
    const [word = '', ...rest] = line.split(/\s+/)
    const argument = rest.join(' ')
    if (word === 'if') this.conditions.push(this.holds(argument))
    else if (word === 'else') this.conditions.push(!this.conditions.pop())
    else if (word === 'endif') this.conditions.pop()
    else if (word === 'include' && this.conditions.every(Boolean) && this.depth < MOST_INCLUDES)
      readInputrc(
        this.shell,
        this.settings,
        argument.replace(/^~(?=\/)/, this.shell.variables.get('HOME') ?? '~'),
        this.depth + 1,
      )
  }

  /** mode=, term=, version, a variable, or the name of the program. */
  private holds(test: string): boolean {
    const [, name = '', operator = '', value = ''] = /^([\w-]+)\s*(==?|!=|<=?|>=?)?\s*(.*)$/.exec(test) ?? []
    const negated = operator === '!='
    if (name === 'mode') return (this.settings.value('editing-mode') === value) !== negated
    if (name === 'term') {
      const term = this.shell.variables.get('TERM') ?? ''
      return term === value || term.split('-')[0] === value
    }
    if (operator === '') return name.toLowerCase() === 'bash'
    const found = this.settings.list().find(([each]) => each === name)
    return found !== undefined && (found[1] === value) !== negated
  }
}

/** Where the colon behind the keys stands; -1 when there is none. */
function separator(line: string): number {
  if (!line.startsWith('"')) return line.search(/:/)
  let at = 1
  while (at < line.length && line.charAt(at) !== '"') at += line.charAt(at) === '\\' ? 2 : 1
  const rest = /^"\s*:/.exec(line.slice(at))
  return rest ? at + rest[0].length - 1 : -1
}

/** The keys before the colon. */
export const keysOf = (text: string): string =>
  text.startsWith('"') ? parseSequence(text.trimEnd().slice(1, -1)) : parseKeyName(text.trim())

/** `set NAME VALUE`, `"KEYS": FUNCTION` or `KEY: "MACRO"`. @throws InputrcError */
export function bindLine(shell: Shell, settings: LineSettings, line: string): void {
  const setting = /^set\s+(\S+)\s*(.*)$/i.exec(line)
  if (setting && !/^set\s*:/i.test(line)) return change(shell, settings, setting[1] ?? '', setting[2] ?? '')
  const colon = separator(line)
  if (colon < 0) throw new InputrcError(`${line}: no key sequence terminator`)
  const action = line.slice(colon + 1).trim()
  const binding = bindingOf(action)
  const { map, before } = settings.target
  const keys = before + keysOf(line.slice(0, colon))
  if (binding) settings.keymaps[map].bind(keys, binding)
}

function bindingOf(action: string): Binding | undefined {
  const quote = /^(["'])(.*)\1/s.exec(action)
  if (quote) return { kind: 'macro', text: parseSequence(quote[2] ?? '') }
  const name = action.split(/\s/)[0]?.toLowerCase() ?? ''
  return EDITING_COMMANDS.includes(name) ? { kind: 'function', name } : undefined
}

function change(shell: Shell, settings: LineSettings, name: string, value: string): void {
  if (
    !settings.set(
      name,
      value.replace(/\s+$/, '').replace(/^"(.*)"$/, (_, inner: string) => parseSequence(inner)),
    )
  )
    throw new InputrcError(`${name}: unknown variable name`)
  if (name.toLowerCase() !== 'editing-mode') return
  shell.options.delete(value === 'vi' ? 'emacs' : 'vi')
  shell.options.add(value === 'vi' ? 'vi' : 'emacs')
}
