import { IgnoreRules } from '@drydock/dockerfile'
import type { Files } from '../load/loader.ts'
import { cleanPath } from '../load/volume-spec.ts'
import type { Project } from '../load/project.ts'
import { ComposeError } from '@drydock/cli-plugin/compose-file'
import type { Service, WatchTrigger } from '../model/types.ts'

/** What is done for a change. */
export interface WatchRule {
  readonly service: string
  readonly trigger: WatchTrigger
  /** Whether a path below the trigger's counts. */
  matches(relative: string): boolean
}

/** Files that editors make for a moment. docker/compose pkg/watch/ephemeral.go */
const PASSING = [
  '.git/',
  '**/*___jb_old___',
  '**/*___jb_tmp___',
  '**/.idea/**',
  '**/.#*',
  '**/#*#',
  '**/4913',
  '**/*~',
  '**/.*.swp',
  '**/.*.swx',
  '**/.*.swo',
  '**/.*.swn',
  '**/.*.kate-swp',
  '**/*-go-tmp-umask',
]

/** @throws ComposeError where a rule can't be kept */
export async function watchRules(project: Project, files: Files): Promise<WatchRule[]> {
  const rules: WatchRule[] = []
  for (const [name, service] of project.services)
    for (const trigger of service.develop?.watch ?? []) {
      check(name, service, trigger)
      const build = await buildIgnores(service, files, trigger.path ?? '')
      const ignores = [new IgnoreRules(PASSING.join('\n')), new IgnoreRules((trigger.ignore ?? []).join('\n')), build]
      const includes = trigger.include && new IgnoreRules(trigger.include.join('\n'))
      rules.push({
        service: name,
        trigger,
        matches: (path) =>
          (path === '' || !includes || includes.ignores(path)) && !ignores.some((each) => each.ignores(path)),
      })
    }
  if (rules.length === 0)
    throw new ComposeError(
      "none of the selected services is configured for watch, consider setting an 'develop' section",
    )
  return rules
}

function check(name: string, service: Service, { action, exec }: WatchTrigger): void {
  if (action === 'rebuild' && !service.build)
    throw new ComposeError(`can't watch service ${JSON.stringify(name)} with action rebuild without a build context`)
  if (action === 'sync+exec' && !exec?.command?.length)
    throw new ComposeError(`can't watch with action "sync+exec" on service ${name} wihtout a command`)
}

/** `.dockerignore` of the build, as far as it speaks of what is below the watched path. */
async function buildIgnores(service: Service, files: Files, path: string): Promise<IgnoreRules> {
  const context = service.build?.context
  if (context === undefined || !path.startsWith(context) || files.kind(`${context}/.dockerignore`) !== 'file')
    return new IgnoreRules('')
  const inside = path.slice(context.length).replace(/^\/+/, '')
  if (inside === '') return new IgnoreRules(await files.read(`${context}/.dockerignore`))
  const lines = (await files.read(`${context}/.dockerignore`)).split('\n')
  const below = lines.flatMap((line) => {
    const [, mark = '', rest = ''] = /^(!?)\/?(.*)$/.exec(line.trim()) ?? []
    if (rest.startsWith('**') || !rest.includes('/')) return [`${mark}${rest}`]
    return rest.startsWith(`${inside}/`) ? [`${mark}${rest.slice(inside.length + 1)}`] : []
  })
  return new IgnoreRules(below.join('\n'))
}

/** The path below the trigger's; undefined when it is elsewhere. */
export function below(trigger: WatchTrigger, path: string): string | undefined {
  const root = cleanPath(trigger.path ?? '')
  if (path === root) return ''
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined
}
