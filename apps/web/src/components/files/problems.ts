import { type Diagnostic, lintGutter, linter } from '@codemirror/lint'
import type { Extension, Text } from '@codemirror/state'
import { nameIn } from './file-paths.ts'
import type { Problem } from './problem.ts'

/** Looks through a file's text; what looks at the saved file comes after it was saved. */
type Check = (text: string) => Promise<readonly Problem[]>

interface Checks {
  /** What `docker compose config` says of the file as it is saved; empty when it is fine. */
  readonly compose: () => Promise<string>
}

/** Later than the editor saves. */
const REST_MS = 600

/** Marks what is wrong in the files that the engine has parsers for. */
export function problemsIn(path: string, checks: Checks): Extension {
  const check = checkFor(path, checks)
  if (!check) return []
  return [
    linter(async ({ state }) => (await check(state.doc.toString())).map((problem) => diagnostic(problem, state.doc)), {
      delay: REST_MS,
    }),
    lintGutter(),
  ]
}

function checkFor(path: string, { compose }: Checks): Check | undefined {
  const name = nameIn(path)
  if (/^(Dockerfile|Containerfile)(\..+)?$|\.dockerfile$/i.test(name))
    return async (text) => (await import('./dockerfile-problems.ts')).dockerfileProblems(text)
  if (/^(docker-)?compose(\..+)?\.ya?ml$/.test(name))
    return async (text) => (await import('./compose-problems.ts')).composeProblems(text, await compose())
  return undefined
}

function diagnostic({ severity, message, from, to }: Problem, doc: Text): Diagnostic {
  const line = (number: number) => doc.line(Math.min(Math.max(1, number), doc.lines))
  return { severity, message, from: line(from).from, to: line(to).to }
}
