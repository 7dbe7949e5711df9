import { StreamLanguage } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { nameIn } from './file-paths.ts'

type Loader = () => Promise<Extension>

const javascript =
  (options: { jsx?: boolean; typescript?: boolean }): Loader =>
  async () =>
    (await import('@codemirror/lang-javascript')).javascript(options)
const yaml: Loader = async () => (await import('@codemirror/lang-yaml')).yaml()
const shell: Loader = async () => StreamLanguage.define((await import('@codemirror/legacy-modes/mode/shell')).shell)

/** By the whole name of the file, then by what stands behind its last dot. */
const BY_NAME: readonly (readonly [RegExp, Loader])[] = [
  [
    /^(Dockerfile|Containerfile)(\..+)?$|\.dockerfile$/i,
    async () => StreamLanguage.define((await import('@codemirror/legacy-modes/mode/dockerfile')).dockerFile),
  ],
  [/\.ya?ml$/i, yaml],
  [/\.(js|mjs|cjs|jsx)$/i, javascript({ jsx: true })],
  [/\.(ts|mts|cts|tsx)$/i, javascript({ jsx: true, typescript: true })],
  [/\.json$/i, async () => (await import('@codemirror/lang-json')).json()],
  [/\.(html?|svg|xml)$/i, async () => (await import('@codemirror/lang-html')).html()],
  [/\.css$/i, async () => (await import('@codemirror/lang-css')).css()],
  [/\.py$/i, async () => (await import('@codemirror/lang-python')).python()],
  [/\.(sh|bash|env|profile)$|^\.(bashrc|profile|env|bash_profile)$/i, shell],
  [
    /nginx.*\.conf$|conf\.d.*\.conf$|\.conf$/i,
    async () => StreamLanguage.define((await import('@codemirror/legacy-modes/mode/nginx')).nginx),
  ],
  [/\.toml$/i, async () => StreamLanguage.define((await import('@codemirror/legacy-modes/mode/toml')).toml)],
]

/** The language of a file by its name; nothing for one that is not known. */
export async function languageFor(path: string): Promise<Extension> {
  const name = nameIn(path)
  return (await BY_NAME.find(([pattern]) => pattern.test(name))?.[1]()) ?? []
}
