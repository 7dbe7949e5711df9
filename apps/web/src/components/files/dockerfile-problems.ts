import {
  type Dockerfile,
  DockerfileError,
  directiveOf,
  dispatch,
  IgnoreRules,
  Lint,
  type LintWarning,
  lintText,
  parseDockerfile,
  type Stage,
  StageState,
} from '@drydock/dockerfile'
import type { Problem } from './problem.ts'

/** What `docker build --check` would find, as far as the text alone says it: images that stages begin with are not fetched. */
export function dockerfileProblems(text: string): readonly Problem[] {
  if (text.trim() === '') return []
  try {
    const dockerfile = parseDockerfile(text)
    const lint = Lint.of(dockerfile.directives.get('check') ?? directiveOf(text, 'check') ?? '')
    lintText(dockerfile, lint)
    const errors = buildOnPaper(dockerfile, lint)
    return [...errors, ...lint.warnings.filter((warning) => isSure(warning, dockerfile)).map(warned)]
  } catch (error) {
    return [failed(error)]
  }
}

/** Takes the instructions of every stage in, on images of which nothing is known. */
function buildOnPaper(dockerfile: Dockerfile, lint: Lint): Problem[] {
  const states = new Map<string, StageState>()
  return dockerfile.stages.flatMap((stage) => {
    const base = states.get(stage.from.base.toLowerCase())
    const state = base ? StageState.onStage(base) : StageState.onImage({}, [])
    if (stage.from.name) states.set(stage.from.name.toLowerCase(), state)
    return problemsOf(stage, state, dockerfile, lint)
  })
}

function problemsOf(stage: Stage, state: StageState, { escape, globalArgs }: Dockerfile, lint: Lint): Problem[] {
  const named = globalArgs.flatMap(({ args }) => args.map(({ key, value }) => [key, value ?? ''] as const))
  const context = { escape, globalArgs: new Map(named), buildArgs: new Map<string, string>(), lint, ignore: NOTHING }
  return stage.instructions.flatMap((instruction) => {
    try {
      dispatch(state, instruction, context)
      return []
    } catch (error) {
      return [failed(error)]
    }
  })
}

const NOTHING = new IgnoreRules('')

/** A variable that is not set here may be set by the image. */
const isSure = ({ rule }: LintWarning, { stages }: Dockerfile): boolean =>
  rule !== 'UndefinedVar' || stages.every(({ from }) => from.base === 'scratch')

const warned = ({ rule, message, range }: LintWarning): Problem => ({
  severity: 'warning',
  message: `${rule}: ${message}`,
  from: range?.start ?? 1,
  to: range?.end ?? range?.start ?? 1,
})

function failed(error: unknown): Problem {
  if (!(error instanceof DockerfileError)) throw error
  const { told, range } = error
  return { severity: 'error', message: told, from: range?.start ?? 1, to: range?.end ?? range?.start ?? 1 }
}
