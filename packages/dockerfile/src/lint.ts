import { DirectiveReader } from './directives.ts'
import { DockerfileError, type LineRange } from './dockerfile-error.ts'
import { EXPERIMENTAL, LINT_RULES, type LintRule, ruleUrl } from './lint-rules.ts'

export interface LintWarning {
  readonly rule: LintRule
  readonly description: string
  readonly url: string
  readonly message: string
  readonly range: LineRange | undefined
}

interface Choice {
  readonly skip: ReadonlySet<string>
  readonly experimental: ReadonlySet<string>
  readonly error: boolean
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False'])

/** `skip=A,B;error=true;experimental=all`. @throws DockerfileError */
export function parseChecks(text: string): Choice {
  let choice: Choice = { skip: new Set(), experimental: new Set(), error: false }
  if (text.trim() === '') return choice
  for (const part of text.trim().split(';')) {
    const at = part.indexOf('=')
    if (at < 0) throw wrong(`invalid check option ${JSON.stringify(part)}`)
    const key = part.slice(0, at).trim()
    const value = part.slice(at + 1).trim()
    const names = new Set(value.split(',').map((each) => each.trim()))
    if (key === 'skip') choice = { ...choice, skip: names }
    else if (key === 'experimental') choice = { ...choice, experimental: names }
    else if (key !== 'error') throw wrong(`invalid check option ${JSON.stringify(key)}`)
    else if (!TRUE.has(value) && !FALSE.has(value)) throw wrong(`failed to parse check option ${JSON.stringify(part)}`)
    else choice = { ...choice, error: TRUE.has(value) }
  }
  return choice
}

const wrong = (message: string): DockerfileError => new DockerfileError(`failed to parse check options: ${message}`)

/** Gathers warnings; what a `check` directive or comment leaves out is not told. */
export class Lint {
  readonly warnings: LintWarning[]
  private readonly choice: Choice

  private constructor(choice: Choice, warnings: LintWarning[]) {
    this.choice = choice
    this.warnings = warnings
  }

  /** @param checks value of the `check` directive @throws DockerfileError */
  static of(checks = ''): Lint {
    return new Lint(parseChecks(checks), [])
  }

  /** The same, with what `# check=skip=…` in comments right above an instruction adds. */
  withComments(comments: readonly string[]): Lint {
    for (const comment of comments) {
      const reader = new DirectiveReader()
      reader.take(`#${comment}`)
      const value = reader.values.get('check')?.split(' ')[0]
      if (value === undefined) continue
      try {
        const { skip, experimental } = parseChecks(value)
        const { choice } = this
        const merged = {
          skip: new Set([...choice.skip, ...skip]),
          experimental: new Set([...choice.experimental, ...experimental]),
        }
        return new Lint({ ...choice, ...merged }, this.warnings)
      } catch (error) {
        if (!(error instanceof DockerfileError)) throw error
        return this
      }
    }
    return this
  }

  report(rule: LintRule, range: LineRange | undefined, message: string): void {
    const { skip, experimental } = this.choice
    const chosen = EXPERIMENTAL.has(rule)
      ? experimental.has(rule) || experimental.has('all')
      : !skip.has(rule) && !skip.has('all')
    const known = this.warnings.some((each) => each.rule === rule && each.message === message && each.range === range)
    if (chosen && !known)
      this.warnings.push({ rule, description: LINT_RULES[rule], url: ruleUrl(rule), message, range })
  }

  /** With `error=true` a warning ends the build. @throws DockerfileError */
  finish(): void {
    const rules = [...new Set(this.warnings.map(({ rule }) => rule))]
    if (this.choice.error && rules.length > 0)
      throw new DockerfileError(`lint violation found for rules: ${rules.join(', ')}`)
  }
}
