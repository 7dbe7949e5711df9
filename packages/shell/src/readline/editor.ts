import { rawTermios, type Termios } from '@drydock/abi'
import { type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import type { Command, LineResult, Use } from './command.ts'
import { COMPLETING } from './completing.ts'
import { EDITS, MOVING } from './edits.ts'
import { HISTORY_COMMANDS } from './history-commands.ts'
import { lineSettings } from './inputrc.ts'
import { Keyboard, type Typed } from './keys.ts'
import { KillRing } from './kill-ring.ts'
import { LineBuffer } from './line-buffer.ts'
import { LINE_COMMANDS } from './line-commands.ts'
import { Screen } from './screen.ts'
import type { KeymapName, LineSettings } from './settings.ts'
import type { ViMemory } from './vi/memory.ts'

export type { LineResult } from './command.ts'

const COMMANDS: ReadonlyMap<string, Command> = new Map([...EDITS, ...HISTORY_COMMANDS, ...COMPLETING, ...LINE_COMMANDS])
/** They only collect the number of the command that follows. */
const ARGUMENTS: ReadonlySet<string> = new Set(['digit-argument', 'universal-argument', 'vi-arg-digit'])
/** What they did cannot be undone, as they undo. */
const UNDOING: ReadonlySet<string> = new Set(['undo', 'vi-undo', 'revert-line'])
/** So many typed characters are undone at once. */
const UNDO_GROUP = 20

/** Reads lines with editing, history and completion from the terminal on standard input. readline(3). */
export class LineEditor {
  readonly shell: Shell
  readonly screen: Screen
  readonly keyboard: Keyboard
  readonly ring = new KillRing()
  line = new LineBuffer(this.ring)
  prompt = ''
  keymap: KeymapName = 'emacs'
  /** Place in the history; its length is the new line. */
  place = 0
  /** Lines of the history as they were left when another was looked at. */
  readonly left = new Map<number, string>()
  /** The command before this one. */
  lastCommand = ''
  /** How many lines M-. has gone back. */
  yanked = 0
  /** What the last search looked for. */
  sought = ''
  /** The line that C-o wants next. */
  next: number | undefined
  overwriting = false
  /** The numeric argument so far. */
  argument: string | undefined
  /** Keys of the macro that is recorded, and of the last one. */
  recording: string[] | undefined
  macro: readonly string[] = []
  /** The candidates that menu-complete goes through. */
  menu: { readonly values: readonly string[]; readonly typed: string; at: number } | undefined
  /** The change that vi's `.` repeats, and whether one is typed now. */
  change: readonly string[] = []
  readonly viMemory: ViMemory = { marks: new Map() }
  private changing = false
  /** The terminal's settings outside of the editor. */
  private plain: Termios | undefined
  private typed = 0
  private vi: typeof import('./vi/commands.ts') | undefined

  constructor(shell: Shell) {
    this.shell = shell
    this.screen = new Screen(shell)
    this.keyboard = new Keyboard(shell)
  }

  get settings(): LineSettings {
    return lineSettings(this.shell)
  }

  get history(): readonly string[] {
    return this.shell.history
  }

  get isVi(): boolean {
    return this.shell.options.has('vi')
  }

  /** @param initial  what stands in the line at first */
  *read(prompt: string, initial = ''): Steps<LineResult> {
    const { sys, dialect } = this.shell
    this.plain = sys.tcgetattr(0)
    const paste = dialect.name === 'bash' && this.settings.on('enable-bracketed-paste')
    if (this.isVi) yield* this.loadVi()
    sys.tcsetattr(0, editing(this.plain))
    try {
      if (paste) yield* this.screen.write('\x1b[?2004h')
      const result = yield* this.edit(prompt, initial)
      if (paste) yield* this.screen.write('\x1b[?2004l\r')
      return result
    } finally {
      sys.tcsetattr(0, this.plain)
    }
  }

  /** Runs something with the terminal as it is while no line is edited. */
  *cooked<T>(run: () => Steps<T>): Steps<T> {
    const { sys } = this.shell
    sys.tcsetattr(0, this.plain ?? sys.tcgetattr(0))
    try {
      return yield* run()
    } finally {
      this.plain = sys.tcgetattr(0)
      sys.tcsetattr(0, editing(this.plain))
    }
  }

  *loadVi(): Steps<void> {
    this.vi ??= yield* wait(import('./vi/commands.ts'))
  }

  private *edit(prompt: string, initial: string): Steps<LineResult> {
    this.line = new LineBuffer(this.ring)
    this.line.set(initial)
    this.prompt = prompt
    this.place = this.history.length
    this.left.clear()
    this.argument = undefined
    this.overwriting = false
    this.changing = false
    this.keymap = this.isVi ? 'vi-insert' : 'emacs'
    yield* this.screen.begin(this.shownPrompt())
    if (this.next !== undefined) this.recall(this.next)
    if (this.line.chars.length > 0) yield* this.draw()
    for (;;) {
      const result = yield* this.step()
      if (result) return result
    }
  }

  private recall(place: number): void {
    this.next = undefined
    this.place = Math.min(place, this.history.length)
    this.line.set(this.history[this.place] ?? '')
  }

  /** The prompt with the mark of the editing mode before its last line. */
  private shownPrompt(): string {
    if (!this.settings.on('show-mode-in-prompt')) return this.prompt
    const name =
      this.keymap === 'emacs' ? 'emacs-mode-string' : `vi-${this.keymap === 'vi-insert' ? 'ins' : 'cmd'}-mode-string`
    const start = this.prompt.lastIndexOf('\n') + 1
    return this.prompt.slice(0, start) + this.settings.value(name) + this.prompt.slice(start)
  }

  *draw(): Steps<void> {
    yield* this.screen.draw(this.line.chars, this.line.cursor)
  }

  /** Shows the line behind another prompt, or its own again. */
  *reprompt(prompt = this.shownPrompt().split('\n').pop() ?? ''): Steps<undefined> {
    yield* this.screen.reprompt(prompt)
    yield* this.draw()
    return undefined
  }

  *bell(): Steps<undefined> {
    if (this.settings.value('bell-style') === 'audible') yield* this.screen.write('\x07')
    return undefined
  }

  *use(keymap: KeymapName): Steps<void> {
    if (this.keymap === keymap) return
    this.keymap = keymap
    if (this.settings.on('show-mode-in-prompt')) yield* this.reprompt()
  }

  *sequence(): Steps<Typed | undefined> {
    const typed = yield* this.keyboard.sequence(
      this.settings.keymaps[this.keymap],
      this.settings.number('keyseq-timeout') || -1,
    )
    if (typed && !typed.binding && this.keymap === 'emacs' && /^\x1b[A-Z]$/.test(typed.keys))
      return { ...typed, binding: this.settings.keymaps.emacs.get(typed.keys.toLowerCase()) }
    return typed
  }

  private *step(): Steps<LineResult | undefined> {
    const { keyboard } = this
    if (!this.changing && this.argument === undefined) keyboard.taken.length = 0
    const from = keyboard.taken.length
    const typed = yield* this.sequence()
    if (!typed) return { kind: 'end' }
    if (typed.keys === '\x03') {
      yield* this.screen.leave('^C')
      return { kind: 'interrupt' }
    }
    // The terminal's end-of-file character; one of a row that deletes is none.
    if (typed.keys === '\x04' && this.line.chars.length === 0 && this.lastCommand !== 'delete-char')
      return { kind: 'end' }
    this.recording?.push(...keyboard.taken.slice(from))
    return yield* this.perform(typed)
  }

  /** Does what keys are bound to. */
  *perform({ keys, binding }: Typed): Steps<LineResult | undefined> {
    if (this.continuesArgument(keys)) return yield* this.run('vi-arg-digit', keys)
    if (binding?.kind === 'macro') this.keyboard.put([...binding.text])
    else if (binding?.kind === 'command') {
      const { runBound } = yield* wait(import('./bound-command.ts'))
      yield* runBound(this, binding.text)
    } else if (binding) return yield* this.run(binding.name, keys)
    else if (keys >= ' ' && keys !== '\x7f' && this.keymap !== 'vi-command') yield* this.type(keys)
    else if (keys !== '\x1a') yield* this.bell()
    return undefined
  }

  private continuesArgument(keys: string): boolean {
    return this.argument !== undefined && this.keymap !== 'vi-insert' && /^\d$/.test(keys)
  }

  private *type(keys: string): Steps<void> {
    const { count } = this.takeArgument()
    this.ring.next()
    if (this.lastCommand !== 'self-insert' || this.typed >= UNDO_GROUP) {
      this.line.remember()
      this.typed = 0
    }
    this.typed++
    this.lastCommand = 'self-insert'
    for (let left = count; left > 0; left--) {
      if (this.overwriting) this.line.overwrite(keys)
      else this.line.insert(keys)
    }
    yield* this.draw()
  }

  takeArgument(): Omit<Use, 'keys'> {
    const text = this.argument
    this.argument = undefined
    if (text === undefined) return { count: 1, counted: false }
    return { count: text === '-' ? -1 : Number(text), counted: true }
  }

  *run(name: string, keys: string): Steps<LineResult | undefined> {
    const command = COMMANDS.get(name) ?? this.vi?.VI_COMMANDS.get(name)
    if (!command) {
      yield* this.bell()
      return undefined
    }
    if (!ARGUMENTS.has(name)) this.ring.next()
    const argued = this.argument !== undefined && !ARGUMENTS.has(name)
    const use = ARGUMENTS.has(name) ? { count: 1, counted: false, keys } : { ...this.takeArgument(), keys }
    if (argued) yield* this.reprompt()
    const { line } = this
    const before = MOVING.has(name) || UNDOING.has(name) ? undefined : line.snapshot()
    const outcome = command(this, use)
    const result = outcome && 'next' in outcome ? yield* outcome : outcome
    if (before && line === this.line) line.rememberIfChanged(before)
    if (!ARGUMENTS.has(name)) this.lastCommand = name
    if (result) return result
    this.afterVi(name)
    if (!ARGUMENTS.has(name)) yield* this.draw()
    return undefined
  }

  /** In command mode the cursor stands on a character; what changed the line can be repeated. */
  private afterVi(name: string): void {
    if (this.keymap === 'emacs') return
    const { line } = this
    if (this.keymap === 'vi-command') line.cursor = Math.max(0, Math.min(line.cursor, line.chars.length - 1))
    if (this.vi?.VI_CHANGES.has(name)) {
      this.changing = this.keymap === 'vi-insert'
      if (!this.changing) this.change = [...this.keyboard.taken]
    } else if (name === 'vi-movement-mode' && this.changing) {
      this.changing = false
      this.change = [...this.keyboard.taken]
    }
  }

  /** Shows another line of the history. */
  goTo(place: number): void {
    const to = Math.min(this.history.length, Math.max(0, place))
    if (to === this.place) return
    this.left.set(this.place, this.line.text)
    this.place = to
    this.line.set(this.lineAt(to), this.keymap === 'vi-command' ? 0 : undefined)
  }

  /** A line of the history as it was left. */
  lineAt(place: number): string {
    return this.left.get(place) ?? this.history[place] ?? ''
  }
}

/** Every key comes as it is; output is still cooked. */
const editing = (old: Termios): Termios => ({
  ...rawTermios(old),
  opost: old.opost,
  onlcr: old.onlcr,
  cc: { ...old.cc, vmin: 1, vtime: 0 },
})
