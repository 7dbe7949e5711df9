import type { Editor } from './editor.ts'
import { type MapMode, readKeys } from './maps.ts'

interface MapCommand {
  readonly bang: boolean
  readonly raw: string
}
type Row = readonly [name: string, (editor: Editor, command: MapCommand) => void]

const ALL: readonly MapMode[] = ['n', 'v', 'o']
const TYPING: readonly MapMode[] = ['i', 'c']
const FAMILIES: readonly (readonly [prefix: string, modes: readonly MapMode[]])[] = [
  ['', ALL],
  ['n', ['n']],
  ['v', ['v']],
  ['x', ['v']],
  ['o', ['o']],
  ['i', ['i']],
  ['c', ['c']],
]
/** Words in front of the keys that change how a mapping works, and nothing here. */
const ARGUMENTS = /^(?:<(?:silent|buffer|unique|nowait|expr|special)>\s*)+/i

const wanted = (modes: readonly MapMode[], bang: boolean): readonly MapMode[] => (bang ? TYPING : modes)

const define =
  (modes: readonly MapMode[]) =>
  (editor: Editor, { bang, raw }: MapCommand): void => {
    const [, keys = '', text = ''] = /^(\S*)\s*([^]*)$/.exec(raw.replace(ARGUMENTS, '')) ?? []
    const { maps } = editor
    if (text === '') {
      const known = maps.list(wanted(modes, bang))
      return editor.say(known.length > 0 ? known.join('\n') : 'No mapping found')
    }
    maps.define(wanted(modes, bang), readKeys(keys, maps.leader), readKeys(text, maps.leader))
  }

const remove =
  (modes: readonly MapMode[]) =>
  (editor: Editor, { bang, raw }: MapCommand): void => {
    const { maps } = editor
    if (!maps.remove(wanted(modes, bang), readKeys(raw.trim(), maps.leader))) editor.fail('E31: No such mapping')
  }

const abbreviate = ({ maps }: Editor, { raw }: MapCommand): void => {
  const [, word = '', text = ''] = /^(\S*)\s*([^]*)$/.exec(raw) ?? []
  if (text !== '') maps.abbreviations.set(word, readKeys(text, maps.leader).join(''))
}

const showAbbreviations = (editor: Editor): void => {
  const rows = [...editor.maps.abbreviations].map(([word, text]) => `!  ${word.padEnd(13)}${text}`)
  editor.say(rows.length > 0 ? rows.join('\n') : 'No abbreviation found')
}

/** Rows of the table of Ex commands. vim's map.txt */
export const MAP_COMMANDS: readonly Row[] = [
  ...FAMILIES.flatMap(([prefix, modes]): Row[] => [
    [`${prefix}${prefix === '' ? 'map' : 'm[ap]'}`, define(modes)],
    [`${prefix}no[remap]`, define(modes)],
    [`${prefix}unm[ap]`, remove(modes)],
    [`${prefix}mapc[lear]`, (editor, { bang }) => editor.maps.clear(wanted(modes, bang))],
  ]),
  ...['ab[breviate]', 'ia[bbrev]', 'inorea[bbrev]', 'norea[bbrev]'].map(
    (name): Row => [
      name,
      (editor, command) => (command.raw.trim() === '' ? showAbbreviations(editor) : abbreviate(editor, command)),
    ],
  ),
  ...['una[bbreviate]', 'iuna[bbrev]'].map(
    (name): Row => [
      name,
      (editor, { raw }) =>
        void (editor.maps.abbreviations.delete(raw.trim()) || editor.fail('E24: No such abbreviation')),
    ],
  ),
]
