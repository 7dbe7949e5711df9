import { CliError } from '@drydock/cli-plugin'
import type { CreateWishes } from '../engine/lifecycle.ts'
import { type Project, withService } from '../load/project.ts'

/** What `up` and `create` have in common. */
export interface CreateFlagValues {
  readonly build: boolean
  readonly 'force-recreate': boolean
  readonly 'no-build': boolean
  readonly 'no-recreate': boolean
  readonly pull: string
  readonly 'quiet-pull': boolean
  readonly 'remove-orphans': boolean
  readonly scale: readonly string[]
}

/** @throws CliError for flags that don't go together */
export function createWishes(
  flags: CreateFlagValues & { readonly 'always-recreate-deps'?: boolean; readonly 'renew-anon-volumes'?: boolean },
  rest: {
    readonly services: readonly string[]
    readonly timeout?: number | undefined
    readonly environmentFiles: readonly string[]
    readonly env: ReadonlyMap<string, string>
  },
): CreateWishes {
  if (flags['build'] && flags['no-build']) throw new CliError('--build and --no-build are incompatible')
  if (flags['force-recreate'] && flags['no-recreate'])
    throw new CliError('--force-recreate and --no-recreate are incompatible')
  if (flags['always-recreate-deps'] && flags['no-recreate'])
    throw new CliError('--always-recreate-deps and --no-recreate are incompatible')
  const recreate = flags['no-recreate'] ? 'never' : flags['force-recreate'] ? 'force' : 'diverged'
  return {
    services: rest.services,
    recreate,
    recreateDependencies: flags['no-recreate'] ? 'never' : flags['always-recreate-deps'] ? 'force' : 'diverged',
    inherit: !flags['renew-anon-volumes'],
    timeout: rest.timeout,
    environmentFiles: rest.environmentFiles,
    build: flags['no-build'] ? 'never' : flags.build || flags.pull === 'build' ? 'always' : 'missing',
    pull: flags.pull === 'policy' ? undefined : flags.pull,
    quietPull: flags['quiet-pull'],
    removeOrphans: flags['remove-orphans'] || truthy(rest.env.get('COMPOSE_REMOVE_ORPHANS')),
    ignoreOrphans: truthy(rest.env.get('COMPOSE_IGNORE_ORPHANS')),
  }
}
/** As Go's strconv.ParseBool takes it. */
export const truthy = (word = ''): boolean => ['1', 't', 'true'].includes(word.toLowerCase())

/** `web=3` words. @throws CliError */
export function withScales(project: Project, words: readonly string[]): Project {
  return words.reduce((changed, word) => {
    const [name = '', count] = word.split('=')
    if (count === undefined || !/^\d+$/.test(count)) {
      if (count === undefined)
        throw new CliError(`invalid --scale option ${JSON.stringify(word)}. Should be SERVICE=NUM`)
      throw new CliError(`strconv.Atoi: parsing ${JSON.stringify(count)}: invalid syntax`)
    }
    if (!changed.services.has(name)) throw new CliError(`no such service: ${name}: not found`)
    const scale = Number(count)
    return withService(changed, name, (service) => ({
      ...service,
      scale,
      ...(service.deploy ? { deploy: { ...service.deploy, replicas: scale } } : {}),
    }))
  }, project)
}
