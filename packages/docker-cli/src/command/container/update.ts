import {
  atLeast,
  bytes,
  type Cli,
  CliError,
  decimal,
  defineCommand,
  type FlagValues,
  int,
  isProblem,
  problemText,
  string,
  uint,
} from '@drydock/cli-plugin'
import type { ContainerUpdateBody } from '@drydock/docker-api'
import { parseRestart } from './host-config.ts'

const flags = {
  'blkio-weight': uint('', 'Block IO (relative weight), between 10 and 1000, or 0 to disable', 'uint16', '0'),
  'cpu-period': int('', 'Limit CPU CFS (Completely Fair Scheduler) period'),
  'cpu-quota': int('', 'Limit CPU CFS (Completely Fair Scheduler) quota'),
  'cpu-rt-period': int('', 'Limit the CPU real-time period in microseconds'),
  'cpu-rt-runtime': int('', 'Limit the CPU real-time runtime in microseconds'),
  'cpu-shares': int('c', 'CPU shares (relative weight)'),
  cpus: decimal('', 'Number of CPUs'),
  'cpuset-cpus': string('', 'CPUs in which to allow execution (0-3, 0,1)'),
  'cpuset-mems': string('', 'MEMs in which to allow execution (0-3, 0,1)'),
  memory: bytes('m', 'Memory limit'),
  'memory-reservation': bytes('', 'Memory soft limit'),
  'memory-swap': bytes('', 'Swap limit equal to memory plus swap: -1 to enable unlimited swap'),
  'pids-limit': int('', 'Tune container pids limit (set -1 for unlimited)'),
  restart: string('', 'Restart policy to apply when a container exits'),
}

const body = (given: FlagValues<typeof flags>): ContainerUpdateBody => ({
  BlkioWeight: given['blkio-weight'],
  CpuShares: given['cpu-shares'],
  CpuPeriod: given['cpu-period'],
  CpuQuota: given['cpu-quota'],
  CpuRealtimePeriod: given['cpu-rt-period'],
  CpuRealtimeRuntime: given['cpu-rt-runtime'],
  CpusetCpus: given['cpuset-cpus'],
  CpusetMems: given['cpuset-mems'],
  Memory: given.memory,
  MemoryReservation: given['memory-reservation'],
  MemorySwap: given['memory-swap'],
  NanoCpus: given.cpus,
  PidsLimit: given['pids-limit'],
  RestartPolicy: given.restart === '' ? { Name: '', MaximumRetryCount: 0 } : parseRestart(given.restart),
})

export const update = defineCommand({
  name: 'update',
  use: 'update [OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Update configuration of one or more containers',
  aliasLine: 'docker container update, docker update',
  args: atLeast(1),
  completes: ['containers'],
  flags,
  async run({ cli, args, flags: given, changed }) {
    if (changed.size === 0) throw new CliError('you must provide one or more flags when using this command')
    const warnings: string[] = []
    const failures: string[] = []
    for (const name of args)
      try {
        warnings.push(...((await cli.client.containers.update(name, body(given)))?.Warnings ?? []))
        await cli.print(`${name}\n`)
      } catch (error) {
        if (!isProblem(error)) throw error
        failures.push(problemText(error))
      }
    await tell(cli, warnings)
    if (failures.length > 0) throw new CliError(failures.join('\n'))
  },
})

async function tell(cli: Cli, warnings: readonly string[]): Promise<void> {
  if (warnings.length > 0) await cli.print(`${warnings.join('\n')}\n`)
}
