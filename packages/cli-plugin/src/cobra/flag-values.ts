/** What values flags may have, for completion, and what the shell may do with them. */

/** cobra's directives: files, an error, no blank behind the word, no files, folders only. */
export type Directive = 0 | 1 | 2 | 4 | 6 | 16

/** Words, or the name of a source that the engine, the environment or the disk fills. */
export interface FlagValue {
  readonly words?: readonly string[]
  readonly source?: string
  /** Put behind each word of the source. */
  readonly suffix?: string
  /** What stands behind `key=`, once it was typed. */
  readonly keyed?: ReadonlyMap<string, FlagValue>
  readonly directive: Directive
}

const oneOf = (...words: string[]): FlagValue => ({ words, directive: 4 })
/** The rest of the word is still to be typed. */
const begins = (words: readonly string[]): FlagValue => ({ words, directive: 2 })
const from = (source: string): FlagValue => ({ source, directive: 4 })
export const FILES: FlagValue = { words: [], directive: 0 }
export const NOTHING: FlagValue = { words: [], directive: 4 }

const CAPABILITIES =
  'AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE ' +
  'DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE ' +
  'MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG ' +
  'SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE ' +
  'SYS_TIME SYS_TTY_CONFIG WAKE_ALARM'
const capabilities = oneOf('ALL', ...CAPABILITIES.split(' ').map((name) => `CAP_${name}`))

const LOG_OPTIONS =
  'awslogs-create-group awslogs-credentials-endpoint awslogs-datetime-format awslogs-group ' +
  'awslogs-multiline-pattern awslogs-region awslogs-stream compress env-regex env fluentd-address ' +
  'fluentd-async fluentd-buffer-limit fluentd-max-retries fluentd-request-ack fluentd-retry-wait ' +
  'fluentd-sub-second-precision fluentd-write-timeout gcp-log-cmd gcp-meta-id gcp-meta-name ' +
  'gcp-meta-zone gcp-project gelf-address gelf-compression-level gelf-compression-type ' +
  'gelf-tcp-max-reconnect gelf-tcp-reconnect-delay labels max-buffer-size max-file max-size mode ' +
  'splunk-caname splunk-capath splunk-format splunk-gzip-level splunk-gzip splunk-index ' +
  'splunk-insecureskipverify splunk-source splunk-sourcetype splunk-token splunk-url ' +
  'splunk-verify-connection syslog-address syslog-facility syslog-format syslog-tls-ca-cert ' +
  'syslog-tls-cert syslog-tls-key syslog-tls-skip-verify tag'

const LIMITS =
  'as chroot core cpu data fsize locks maxlogins maxsyslogins memlock msgqueue nice nofile nproc priority rss rtprio sigpending stack'

const SIGNALS =
  'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT RTMAX RTMIN SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ'
const realTime = [
  ...Array.from({ length: 14 }, (_, i) => `RTMAX-${i + 1}`),
  ...Array.from({ length: 15 }, (_, i) => `RTMIN+${i + 1}`),
]
const signals = oneOf(...SIGNALS.split(' '), ...realTime)

const platforms = oneOf(
  'linux/386',
  'linux/amd64',
  'linux/arm',
  'linux/arm/v5',
  'linux/arm/v6',
  'linux/arm/v7',
  'linux/arm64',
  'linux/arm64/v8',
  'linux/ppc64le',
  'linux/s390x',
  'linux/riscv64',
  'windows/amd64',
  'wasip1/wasm',
)

/** Everywhere. */
export const FLAG_VALUES: ReadonlyMap<string, FlagValue> = new Map([
  ['context', from('contexts')],
  ['env', from('environment')],
  ['log-level', oneOf('debug', 'info', 'warn', 'error', 'fatal', 'panic')],
  ['platform', platforms],
  ['restart', oneOf('no', 'always', 'on-failure', 'unless-stopped')],
  ['signal', signals],
])

/** Of `docker run` and `docker create`: where nothing is known, files are no answer. */
export const CONTAINER_FLAG_VALUES: ReadonlyMap<string, FlagValue> = new Map([
  ['attach', oneOf('stderr', 'stdin', 'stdout')],
  ['cap-add', capabilities],
  ['cap-drop', capabilities],
  ['cgroupns', oneOf('host', 'private')],
  ['detach-keys', begins(['ctrl-'])],
  ['env-file', FILES],
  ['ipc', oneOf('container:', 'host', 'none', 'private', 'shareable')],
  ['link', { source: 'containers', suffix: ':', directive: 2 }],
  ['log-driver', from('log drivers')],
  ['log-opt', begins(LOG_OPTIONS.split(' ').map((name) => `${name}=`))],
  ['network', from('networks')],
  ['pid', oneOf('container:', 'host')],
  ['pull', oneOf('always', 'missing', 'never')],
  ['security-opt', oneOf('apparmor=', 'label=', 'no-new-privileges', 'seccomp=', 'systempaths=unconfined')],
  ['stop-signal', signals],
  ['storage-opt', begins(['size='])],
  ['ulimit', begins(LIMITS.split(' ').map((name) => `${name}=`))],
  ['userns', oneOf('host')],
  ['uts', oneOf('host')],
  ['volume-driver', from('volume drivers')],
  ['volumes-from', from('containers')],
])

const EVENTS =
  'create start restart stop checkpoint pause unpause attach detach resize update rename kill die oom destroy remove ' +
  'commit top copy archive-path extract-to-dir export import save load tag untag push pull prune delete enable ' +
  'disable connect disconnect reload mount unmount exec_create exec_start exec_die exec_detach health_status'
const EVENT_TYPES = 'builder config container daemon image network node plugin secret service volume'

const EVENT_FILTERS: ReadonlyMap<string, FlagValue> = new Map([
  ['container', from('containers')],
  ['daemon', from('daemon')],
  ['event', oneOf(...EVENTS.split(' '))],
  ['image', from('images')],
  ['label', NOTHING],
  ['network', from('networks')],
  ['node', NOTHING],
  ['scope', oneOf('local', 'swarm')],
  ['type', oneOf(...EVENT_TYPES.split(' '))],
  ['volume', from('volumes')],
])

const orders = oneOf('start-first', 'stop-first')
/** Of `docker service create` and `update`: where nothing is known, files are no answer. */
export const SERVICE_FLAG_VALUES: ReadonlyMap<string, FlagValue> = new Map([
  ['mode', oneOf('replicated', 'global', 'replicated-job', 'global-job')],
  ['env', from('environment')],
  ['env-add', from('environment')],
  ['env-file', FILES],
  ['network', from('networks')],
  ['network-add', from('networks')],
  ['network-rm', from('networks')],
  ['restart-condition', oneOf('none', 'on-failure', 'any')],
  ['rollback-order', orders],
  ['rollback-failure-action', oneOf('pause', 'continue')],
  ['update-order', orders],
  ['update-failure-action', oneOf('pause', 'continue', 'rollback')],
])

/** Of single commands. */
export const COMMAND_FLAG_VALUES: ReadonlyMap<string, FlagValue> = new Map([
  ['update role', oneOf('worker', 'manager')],
  ['update availability', oneOf('active', 'pause', 'drain')],
  ['events filter', { ...begins(Array.from(EVENT_FILTERS.keys(), (name) => `${name}=`)), keyed: EVENT_FILTERS }],
  [
    'inspect type',
    oneOf('config', 'container', 'image', 'network', 'node', 'plugin', 'secret', 'service', 'task', 'volume'),
  ],
  ['inspect format', NOTHING],
])
