import type { Dockerfile, Stage } from './dockerfile.ts'
import type { LineRange } from './dockerfile-error.ts'
import type { Arg, From, Instruction } from './instruction.ts'
import type { Lint } from './lint.ts'

/** The checks that need nothing but the text. */
export function lintText({ stages, globalArgs, emptyContinuations }: Dockerfile, lint: Lint): void {
  for (const range of emptyContinuations) lint.report('NoEmptyContinuation', range, 'Empty continuation line')
  for (const arg of globalArgs) describeArg(arg, lint)
  for (const stage of stages) lintStage(stage, lint)
  checkNames(stages, lint)
  checkCasing(stages, lint)
}

function lintStage({ from, instructions }: Stage, lint: Lint): void {
  const own = lint.withComments(from.comments)
  if (from.writtenName !== from.name)
    own.report('StageNameCasing', from.range, `Stage name '${from.writtenName}' should be lowercase`)
  if (!sameCase(from))
    own.report('FromAsCasing', from.range, `'${from.as}' and '${from.keyword}' keywords' casing do not match`)
  if (from.name !== '') describe('FROM', [from.name], from.comments, from.range, own)
  for (const instruction of instructions) {
    if (instruction.kind === 'MAINTAINER')
      lint
        .withComments(instruction.comments)
        .report(
          'MaintainerDeprecated',
          instruction.range,
          'Maintainer instruction is deprecated in favor of using label',
        )
    if (instruction.kind === 'ARG') describeArg(instruction, lint)
  }
}

function sameCase({ as, keyword }: From): boolean {
  if (as === '') return true
  if (keyword === keyword.toLowerCase()) return as === as.toLowerCase()
  return keyword !== keyword.toUpperCase() || as === as.toUpperCase()
}

const describeArg = ({ args, comments, range }: Arg, lint: Lint): void =>
  describe(
    'ARG',
    args.map(({ key }) => key),
    comments,
    range,
    lint.withComments(comments),
  )

function describe(
  kind: string,
  names: readonly string[],
  comments: readonly string[],
  range: LineRange,
  lint: Lint,
): void {
  const last = comments.at(-1)
  if (last === undefined || names.includes(last.split(' ')[0] ?? '')) return
  const shown = names.length > 1 ? '<arg_key>' : (names[0] ?? '')
  const message = `Comment for ${kind} should follow the format: \`# ${shown} <description>\``
  lint.report('InvalidDefinitionDescription', range, message)
}

function checkNames(stages: readonly Stage[], lint: Lint): void {
  const seen = new Set<string>()
  for (const { from } of stages) {
    const { name, range } = from
    if (name === '') continue
    if (name === 'context' || name === 'scratch')
      lint.report(
        'ReservedStageName',
        range,
        `Stage name should not use the same name as reserved stage ${JSON.stringify(name)}`,
      )
    if (seen.has(name))
      lint.report(
        'DuplicateStageName',
        range,
        `Duplicate stage name ${JSON.stringify(name)}, stage names should be unique`,
      )
    seen.add(name)
  }
}

/** Most instructions decide whether upper or lower case is right. */
function checkCasing(stages: readonly Stage[], lint: Lint): void {
  const all: readonly Instruction[] = stages.flatMap(({ from, instructions }) => [from, ...instructions])
  const lower = all.filter(({ keyword }) => keyword === keyword.toLowerCase()).length
  const upper = all.filter(({ keyword }) => keyword === keyword.toUpperCase()).length
  const majority = lower > upper ? 'lowercase' : 'uppercase'
  for (const { keyword, range } of all) {
    const right = lower > upper ? keyword.toLowerCase() : keyword.toUpperCase()
    if (keyword !== right)
      lint.report(
        'ConsistentInstructionCasing',
        range,
        `Command '${keyword}' should match the case of the command majority (${majority})`,
      )
  }
}

const SECRET = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i
const HARMLESS = /(?:_|^)(?:public|file|version)(?:_|$)/i

export function checkSecret(kind: 'ARG' | 'ENV', name: string, range: LineRange, lint: Lint): void {
  if (SECRET.test(name) && !HARMLESS.test(name))
    lint.report(
      'SecretsUsedInArgOrEnv',
      range,
      `Do not use ARG or ENV instructions for sensitive data (${kind} ${JSON.stringify(name)})`,
    )
}
