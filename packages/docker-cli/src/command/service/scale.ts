import {
  type ArgsRule,
  atLeast,
  bool,
  type Cli,
  CliError,
  defineCommand,
  isProblem,
  problemText,
} from '@drydock/cli-plugin'
import type { ServiceMode } from '@drydock/docker-api'
import { waitOnService } from './convergence.ts'
import { asGoWrites } from './go-spec.ts'

const USE = 'scale SERVICE=REPLICAS [SERVICE=REPLICAS...]'
const SHORT = 'Scale one or multiple replicated services'

const specifiers: ArgsRule = (args) => {
  const wrong = args.find((arg) => !/^[^=]+=./.test(arg))
  if (args.length === 0 || wrong === undefined) return atLeast(1)(args)
  return {
    bare: `invalid scale specifier '${wrong}'.\nSee 'docker service scale --help'.\n\nUsage:  docker service ${USE}\n\n${SHORT}`,
  }
}

export const scale = defineCommand({
  name: 'scale',
  use: USE,
  short: SHORT,
  args: specifiers,
  completes: ['swarm services to scale'],
  flags: {
    detach: bool('d', 'Exit immediately instead of waiting for the service to converge'),
  },
  async run({ cli, args, flags }) {
    const failures: string[] = []
    const scaled: string[] = []
    const attempt = async (name: string, action: () => Promise<void>): Promise<void> => {
      try {
        await action()
      } catch (error) {
        if (!isProblem(error)) throw error
        failures.push(`${name}: ${problemText(error)}`)
      }
    }
    for (const arg of args) {
      const [name = '', text = ''] = arg.split(/=(.*)/s)
      await attempt(name, async () => {
        await scaleTo(cli, name, countOf(text))
        scaled.push(name)
      })
    }
    if (!flags.detach) for (const name of scaled) await attempt(name, () => waitOnService(cli, name, false))
    if (failures.length > 0) throw new CliError(failures.join('\n'))
  },
})

function countOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  const why = `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`
  throw new CliError(`invalid replicas value ${text}: ${why}`)
}

async function scaleTo(cli: Cli, name: string, count: number): Promise<void> {
  const { ID, Version, Spec } = await cli.client.services.inspect(name)
  const spec = asGoWrites({ ...Spec, Mode: scaledMode(Spec.Mode ?? {}, count) })
  const { Warnings } = await cli.client.services.update(ID, { version: Version.Index ?? 0 }, spec)
  for (const warning of Warnings ?? []) await cli.warn(`${warning}\n`)
  await cli.print(`${name} scaled to ${count}\n`)
}

function scaledMode(mode: ServiceMode, count: number): ServiceMode {
  if (mode.Replicated) return { Replicated: { Replicas: count } }
  if (mode.ReplicatedJob) return { ReplicatedJob: { ...mode.ReplicatedJob, TotalCompletions: count } }
  throw new CliError('scale can only be used with replicated or replicated-job mode')
}
