import { isErrno, O_RDONLY } from '@drydock/abi'
import { FatalError, type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import { EDITING_COMMANDS } from '../readline/commands.ts'
import { bindLine, InputrcError, keysOf, lineSettings, readInputrc } from '../readline/inputrc.ts'
import { showSequence } from '../readline/key-sequence.ts'
import type { Binding, Keymap } from '../readline/keymap.ts'
import { type KeymapName, type LineSettings, namedKeymap } from '../readline/settings.ts'
import { parseFlags } from './flags.ts'

const USAGE =
  'bind: usage: bind [-lpsvPSVX] [-m keymap] [-f filename] [-q name] [-u name] [-r keyseq] [-x keyseq:shell-command] [keyseq:readline-function or readline-command]'
const PRINTABLE = [
  ...Array.from({ length: 95 }, (_, at) => 32 + at),
  ...Array.from({ length: 128 }, (_, at) => 128 + at),
]

const UPPER = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']

/** A keymap as it is listed: keys behind `before` only, those that type themselves too, and M-A, which is M-a. */
function listed({ map, before, keymap }: Chosen): [keys: string, name: string][] {
  const bound = keymap.entries().flatMap(([keys, binding]): [string, string][] => {
    if (binding.kind !== 'function' || !keys.startsWith(before)) return []
    // What waits for more keys is shown with the key that ends the wait.
    return [[showSequence(keys.slice(before.length)) + (keymap.begins(keys) ? '\\000' : ''), binding.name]]
  })
  const free = (keys: string): boolean => keymap.get(keys) === undefined
  const lowered = map === 'emacs' ? ['\x18', '\x1b'].flatMap((first) => UPPER.map((char) => first + char)) : []
  const typed = map === 'vi-command' || before ? [] : PRINTABLE.map((code) => String.fromCharCode(code))
  return [
    ...bound,
    ...lowered
      .filter((keys) => keys.startsWith(before) && free(keys))
      .map((keys): [string, string] => [showSequence(keys.slice(before.length)), 'do-lowercase-version']),
    ...typed.filter(free).map((char): [string, string] => [showSequence(char), 'self-insert']),
  ]
}

interface Chosen {
  readonly map: KeymapName
  readonly before: string
  readonly keymap: Keymap
}

const SAME: ReadonlyMap<string, string> = new Map([['insert-last-argument', 'yank-last-arg']])

/** Each function with its keys. */
function byName(chosen: Chosen): (readonly [name: string, keys: readonly string[]])[] {
  const rows = listed(chosen)
  return EDITING_COMMANDS.map((name) => {
    const wanted = SAME.get(name) ?? name
    return [name, rows.filter(([, each]) => each === wanted).map(([keys]) => keys)] as const
  })
}

const REUSABLE = (name: string, keys: readonly string[]): string =>
  keys.length ? keys.map((each) => `"${each}": ${name}\n`).join('') : `# ${name} (not bound)\n`

const MOST_SHOWN = 5
const READABLE = (name: string, keys: readonly string[]): string => {
  if (keys.length === 0) return `${name} is not bound to any keys\n`
  const shown = keys.slice(0, MOST_SHOWN).map((each) => `"${each}"`)
  return `${name} can be found on ${shown.join(', ')}${keys.length > MOST_SHOWN ? ', ...' : '.'}\n`
}

const kept = (keymap: Keymap, kind: Binding['kind']): (readonly [keys: string, text: string])[] =>
  keymap
    .entries()
    .flatMap(([keys, binding]) =>
      binding.kind === kind && binding.kind !== 'function' ? [[showSequence(keys), binding.text] as const] : [],
    )

type Listing = (settings: LineSettings, chosen: Chosen) => string
const LISTINGS: readonly (readonly [letter: string, list: Listing])[] = [
  ['l', () => EDITING_COMMANDS.map((name) => `${name}\n`).join('')],
  [
    'p',
    (_, chosen) =>
      `\n${byName(chosen)
        .map((row) => REUSABLE(...row))
        .join('')}`,
  ],
  [
    'P',
    (_, chosen) =>
      `\n${byName(chosen)
        .map((row) => READABLE(...row))
        .join('')}`,
  ],
  [
    's',
    (_, { keymap }) =>
      kept(keymap, 'macro')
        .map(([keys, text]) => `"${keys}": "${showSequence(text)}"\n`)
        .join(''),
  ],
  [
    'S',
    (_, { keymap }) =>
      kept(keymap, 'macro')
        .map(([keys, text]) => `${keys} outputs ${showSequence(text)}\n`)
        .join(''),
  ],
  [
    'v',
    (settings) =>
      settings
        .list()
        .map(([name, value]) => `set ${name} ${value}\n`)
        .join(''),
  ],
  [
    'V',
    (settings) =>
      settings
        .list()
        .map(([name, value]) => `${name} is set to \`${value}'\n`)
        .join(''),
  ],
  [
    'X',
    (_, { keymap }) =>
      kept(keymap, 'command')
        .map(([keys, text]) => `"${keys}": "${text}"\n`)
        .join(''),
  ],
]

/** What a subshell binds is its own. */
function ownSettings(shell: Shell): LineSettings {
  if (shell.lineSettings && shell.borrowsLineSettings) shell.lineSettings = shell.lineSettings.copy()
  shell.borrowsLineSettings = false
  return lineSettings(shell)
}

export function* bind(shell: Shell, args: readonly string[]): Steps<number> {
  const settings = ownSettings(shell)
  if (!shell.talks) yield* wait(shell.complain('bind: warning: line editing not enabled'))
  const parsed = yield* flagsOf(shell, args)
  if (!parsed) return 2
  const { options, operands } = parsed
  const name = options.get('m')
  const chosen = name === undefined ? settings.target : namedKeymap(name)
  if (!chosen) throw new FatalError(`\`${name}': invalid keymap name`, 1, false)
  const before = settings.target
  settings.target = chosen
  try {
    const keymap = settings.keymaps[chosen.map]
    for (const [letter, list] of LISTINGS)
      if (options.has(letter)) yield* wait(shell.print(list(settings, { ...chosen, keymap })))
    return yield* change(shell, settings, options, operands)
  } finally {
    if (settings.target === chosen) settings.target = before
  }
}

function* flagsOf(shell: Shell, args: readonly string[]): Steps<ReturnType<typeof parseFlags> | undefined> {
  try {
    return parseFlags(args, { flags: 'lpsvPSVX', values: 'mfqurx' })
  } catch (error) {
    if (!(error instanceof FatalError)) throw error
    yield* wait(shell.complain(`bind: ${error.message}`))
    yield* wait(shell.say(USAGE))
    return undefined
  }
}

function* change(
  shell: Shell,
  settings: LineSettings,
  options: ReadonlyMap<string, string>,
  operands: readonly string[],
): Steps<number> {
  const keymap = settings.keymaps[settings.target.map]
  const file = options.get('f')
  if (file !== undefined) readFile(shell, settings, file)
  const asked = options.get('q')
  if (asked !== undefined) return yield* query(shell, { ...settings.target, keymap }, asked)
  const unbound = options.get('u')
  if (unbound !== undefined) removeAll(keymap, unbound)
  const removed = options.get('r')
  if (removed !== undefined) keymap.unbind(settings.target.before + keysOf(`"${removed}"`))
  const command = options.get('x')
  if (command !== undefined) bindCommand(settings, keymap, command)
  for (const line of operands) yield* bindOne(shell, settings, line)
  return 0
}

function readFile(shell: Shell, settings: LineSettings, path: string): void {
  try {
    shell.sys.close(shell.sys.open(path, O_RDONLY))
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new FatalError(`${path}: cannot read: ${error.message}`, 1, false)
  }
  readInputrc(shell, settings, path)
}

function known(name: string): void {
  if (!EDITING_COMMANDS.includes(name)) throw new FatalError(`\`${name}': unknown function name`, 1, false)
}

function* query(shell: Shell, chosen: Chosen, name: string): Steps<number> {
  known(name)
  const keys = (byName(chosen).find(([each]) => each === name)?.[1] ?? []).map((each) => `"${each}"`)
  if (keys.length === 0) {
    yield* wait(shell.print(`${name} is not bound to any keys.\n`))
    return 1
  }
  const more = keys.length > MOST_SHOWN ? ', ...' : '.'
  yield* wait(shell.print(`${name} can be invoked via ${keys.slice(0, MOST_SHOWN).join(', ')}${more}\n`))
  return 0
}

function removeAll(keymap: Keymap, name: string): void {
  known(name)
  for (const [keys, binding] of keymap.entries())
    if (binding.kind === 'function' && binding.name === name) keymap.unbind(keys)
}

/** `-x '"KEYS": COMMAND'` */
function bindCommand(settings: LineSettings, keymap: Keymap, text: string): void {
  const line = text.trimStart()
  if (!line.startsWith('"')) throw new FatalError(`${text}: first non-whitespace character is not \`"'`, 1, false)
  const match = /^("(?:\\[^]|[^"\\])*")\s*:?\s*([^]*)$/.exec(line)
  if (!match) throw new FatalError(`no closing \`"' in ${text}`, 1, false)
  const [, keys = '', command = ''] = match
  const inner = /^"([^]*)"$/.exec(command)?.[1]?.replace(/\\(["\\])/g, '$1')
  keymap.bind(settings.target.before + keysOf(keys), { kind: 'command', text: inner ?? command })
}

function* bindOne(shell: Shell, settings: LineSettings, line: string): Steps<void> {
  try {
    bindLine(shell, settings, line.trim())
  } catch (error) {
    if (!(error instanceof InputrcError)) throw error
    yield* wait(shell.say(`readline: ${error.message}`))
  }
}
