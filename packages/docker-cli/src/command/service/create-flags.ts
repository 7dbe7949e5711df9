import { duration, float, list, string, uint } from '@drydock/cli-plugin'
import { checkDnsSearch, checkEnv, checkExtraHost, checkIp, checkLabel } from '../container/container-checks.ts'
import {
  fileReferences,
  genericResources,
  maybeDuration,
  mounts,
  networks,
  placementPrefs,
  ulimits,
} from './flag-values.ts'
import { ports } from './port-configs.ts'
import type { FlagValues } from '@drydock/cli-plugin'
import { sharedFlags } from './shared-flags.ts'

export const createFlags = {
  ...sharedFlags,
  config: fileReferences('config', 'Specify configurations to expose to the service'),
  constraint: list('', 'Placement constraints'),
  'container-label': list('', 'Container labels', { check: checkLabel }),
  dns: list('', 'Set custom DNS servers', { check: checkIp }),
  'dns-option': list('', 'Set DNS options'),
  'dns-search': list('', 'Set custom DNS search domains', { check: checkDnsSearch }),
  'endpoint-mode': string('', 'Endpoint mode (vip or dnsrr)', 'vip'),
  env: list('e', 'Set environment variables', { check: checkEnv }),
  'env-file': list('', 'Read in a file of environment variables'),
  'generic-resource': genericResources('User defined resources'),
  group: list('', 'Set one or more supplementary user groups for the container'),
  host: list('', 'Set one or more custom host-to-IP mappings (host:ip)', { check: checkExtraHost }),
  label: list('l', 'Service labels', { check: checkLabel }),
  mode: string('', 'Service mode ("replicated", "global", "replicated-job", "global-job")', 'replicated'),
  mount: mounts('Attach a filesystem mount to the service'),
  name: string('', 'Service name'),
  network: networks('Network attachments'),
  'placement-pref': placementPrefs('Add a placement preference'),
  publish: ports('p', 'Publish a port as a node port'),
  'restart-condition': string('', 'Restart when condition is met ("none", "on-failure", "any")', 'any'),
  'restart-delay': maybeDuration('Delay between restart attempts (ns|us|ms|s|m|h)', { shown: '5s' }),
  'rollback-delay': duration('', 'Delay between task rollbacks (ns|us|ms|s|m|h)', { shown: '0s' }),
  'rollback-failure-action': string('', 'Action on rollback failure ("pause", "continue")', 'pause'),
  'rollback-max-failure-ratio': float('', 'Failure rate to tolerate during a rollback', '0'),
  'rollback-monitor': duration('', 'Duration after each task rollback to monitor for failure (ns|us|ms|s|m|h)', {
    shown: '5s',
  }),
  'rollback-order': string('', 'Rollback order ("start-first", "stop-first")', 'stop-first'),
  'rollback-parallelism': uint(
    '',
    'Maximum number of tasks rolled back simultaneously (0 to roll back all at once)',
    'uint',
    '1',
  ),
  secret: fileReferences('secret', 'Specify secrets to expose to the service'),
  'stop-grace-period': maybeDuration('Time to wait before force killing a container (ns|us|ms|s|m|h)', {
    shown: '10s',
  }),
  sysctl: list('', 'Sysctl options'),
  ulimit: ulimits('Ulimit options'),
  'update-delay': duration('', 'Delay between updates (ns|us|ms|s|m|h)', { shown: '0s' }),
  'update-failure-action': string('', 'Action on update failure ("pause", "continue", "rollback")', 'pause'),
  'update-max-failure-ratio': float('', 'Failure rate to tolerate during an update', '0'),
  'update-monitor': duration('', 'Duration after each task update to monitor for failure (ns|us|ms|s|m|h)', {
    shown: '5s',
  }),
  'update-order': string('', 'Update order ("start-first", "stop-first")', 'stop-first'),
  'update-parallelism': uint(
    '',
    'Maximum number of tasks updated simultaneously (0 to update all at once)',
    'uint',
    '1',
  ),
}
export type CreateFlags = FlagValues<typeof createFlags>
