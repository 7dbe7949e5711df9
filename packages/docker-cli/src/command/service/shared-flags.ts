import { bool, bytes, decimal, int, list, string, uint } from '@drydock/cli-plugin'
import { checkEnv } from '../container/container-checks.ts'
import { command, credentialSpec, maybeDuration, maybeUint } from './flag-values.ts'

/** What `service create` and `service update` have in common. */
export const sharedFlags = {
  'cap-add': list('', 'Add Linux capabilities'),
  'cap-drop': list('', 'Drop Linux capabilities'),
  'credential-spec': credentialSpec(),
  detach: bool('d', 'Exit immediately instead of waiting for the service to converge'),
  entrypoint: command('Overwrite the default ENTRYPOINT of the image'),
  'health-cmd': string('', 'Command to run to check health'),
  'health-interval': maybeDuration('Time between running the check (ms|s|m|h)', { positive: true }),
  'health-retries': int('', 'Consecutive failures needed to report unhealthy'),
  'health-start-interval': maybeDuration('Time between running the check during the start period (ms|s|m|h)', {
    positive: true,
  }),
  'health-start-period': maybeDuration(
    'Start period for the container to initialize before counting retries towards unstable (ms|s|m|h)',
    { positive: true },
  ),
  'health-timeout': maybeDuration('Maximum time to allow one check to run (ms|s|m|h)', { positive: true }),
  hostname: string('', 'Container hostname'),
  init: bool('', 'Use an init inside each service container to forward signals and reap processes'),
  isolation: string('', 'Service container isolation mode'),
  'limit-cpu': decimal('', 'Limit CPUs'),
  'limit-memory': bytes('', 'Limit Memory'),
  'limit-pids': { ...int('', 'Limit maximum number of processes'), shown: '0 = unlimited' },
  'log-driver': string('', 'Logging driver for service'),
  'log-opt': list('', 'Logging driver options', { check: checkEnv }),
  'max-concurrent': maybeUint('Number of job tasks to run concurrently', 'equal to --replicas'),
  'no-healthcheck': bool('', 'Disable any container-specified HEALTHCHECK'),
  'no-resolve-image': bool('', 'Do not query the registry to resolve image digest and supported platforms'),
  'oom-score-adj': int('', "Tune host's OOM preferences (-1000 to 1000) "),
  quiet: bool('q', 'Suppress progress output'),
  'read-only': bool('', "Mount the container's root filesystem as read only"),
  replicas: maybeUint('Number of tasks'),
  'replicas-max-per-node': uint('', 'Maximum number of tasks per node', 'uint', '0 = unlimited'),
  'reserve-cpu': decimal('', 'Reserve CPUs'),
  'reserve-memory': bytes('', 'Reserve Memory'),
  'restart-max-attempts': maybeUint('Maximum number of restarts before giving up'),
  'restart-window': maybeDuration('Window used to evaluate the restart policy (ns|us|ms|s|m|h)'),
  'stop-signal': string('', 'Signal to stop the container'),
  tty: bool('t', 'Allocate a pseudo-TTY'),
  user: string('u', 'Username or UID (format: <name|uid>[:<group|gid>])'),
  'with-registry-auth': bool('', 'Send registry authentication details to swarm agents'),
  workdir: string('w', 'Working directory inside the container'),
}
