import type { MessageKey } from '../messages/en.ts'
import type { Values } from '../messages/translate.ts'
import { nearest } from './nearest.ts'

/** A quiet word beside the terminal after a failed command: never in the terminal's own output. */
export interface Hint {
  readonly says: MessageKey
  readonly values?: Values
  /** What was probably meant. */
  readonly command?: string
}

export interface Transcript {
  /** The command line as typed. */
  readonly command: string
  /** What it printed, without escape sequences. */
  readonly output: string
}

interface Rule {
  readonly output: RegExp
  readonly hint: (transcript: Transcript, found: RegExpExecArray) => Hint | undefined
}

/** `8080:docker/getting-started:pwd`: a host port, the container's port forgotten, the image swallowed. */
const PORT_ATE_IMAGE =
  /^(docker (?:container )?(?:run|create)\b.*?\s-\w*p\s+|docker (?:container )?(?:run|create)\b.*?\s--publish[= ])(\d+):([a-z][\w./-]*(?::[\w.-]+)?)(.*)$/

const always =
  (says: MessageKey, command?: string): Rule['hint'] =>
  () => ({ says, ...(command === undefined ? {} : { command }) })

/** The first group of the message as `{name}`, and in the command where `%` stands. */
const named =
  (says: MessageKey, command?: string): Rule['hint'] =>
  (_, [, name = '']) => ({
    says,
    values: { name },
    ...(command === undefined ? {} : { command: command.replace('%', name) }),
  })

/** What is typed most, for those who mistype it. */
const COMMANDS = [
  'docker',
  'docker-compose',
  'ls',
  'cat',
  'cd',
  'curl',
  'wget',
  'grep',
  'clear',
  'exit',
  'vi',
  'vim',
  'nano',
  'ping',
  'git',
  'mkdir',
  'touch',
  'less',
  'ssh',
  'apk',
  'apt-get',
  'apt',
  'node',
  'npm',
  'python',
  'python3',
  'ps',
  'top',
  'history',
]
const SUBCOMMANDS = [
  'attach',
  'build',
  'commit',
  'compose',
  'container',
  'cp',
  'create',
  'diff',
  'events',
  'exec',
  'export',
  'history',
  'image',
  'images',
  'import',
  'info',
  'inspect',
  'kill',
  'load',
  'login',
  'logout',
  'logs',
  'network',
  'pause',
  'port',
  'ps',
  'pull',
  'push',
  'rename',
  'restart',
  'rm',
  'rmi',
  'run',
  'save',
  'search',
  'start',
  'stats',
  'stop',
  'swarm',
  'system',
  'tag',
  'top',
  'unpause',
  'update',
  'version',
  'volume',
  'wait',
]

/** The line with a word of it replaced by the nearest that there is. */
const respelled =
  (words: readonly string[]): Rule['hint'] =>
  ({ command }, [, word = '']) => {
    const meant = nearest(word, words)
    return meant === undefined ? undefined : { says: 'hintSpelling', command: command.trim().replace(word, meant) }
  }

const RULES: readonly Rule[] = [
  {
    output: /requires at least 1 argument/,
    hint({ command }) {
      const found = PORT_ATE_IMAGE.exec(command.trim())
      if (!found) return undefined
      const [, before, port, image, rest] = found
      return { says: 'hintPortAteImage', command: `${before}${port}:80 ${image}${rest}` }
    },
  },
  { output: /(?:bash|sh)(?:: line \d+)?: ([\w-]+): (?:command )?not found/, hint: respelled(COMMANDS) },
  { output: /docker: unknown command: docker ([\w-]+)/, hint: respelled(SUBCOMMANDS) },
  { output: /docker: '([\w-]+)' is not a docker command/, hint: respelled(SUBCOMMANDS) },
  { output: /requested access to the resource is denied/, hint: always('hintPush', 'docker login') },
  { output: /pull access denied for ([^,\s]+)/, hint: named('hintNoImage', 'docker search %') },
  { output: /manifest(?: for (\S+)| unknown).*not found|manifest unknown/, hint: always('hintNoTag') },
  { output: /repository name \(?(?:library\/)?([^)\s]+)\)? must be lowercase/, hint: lowercased },
  { output: /container name "\/([^"]+)" is already in use/, hint: named('hintNameTaken', 'docker rm -f %') },
  {
    output: /port is already allocated|address already in use/,
    hint: always('hintPortTaken', 'docker ps --format "{{.Names}}: {{.Ports}}"'),
  },
  { output: /container is running: stop the container before removing/, hint: removeByForce },
  {
    output: /exec: "bash": executable file not found/,
    hint: ({ command }) => ({ says: 'hintNoBash', command: command.trim().replace(/\bbash\b(?!.*\bbash\b)/, 'sh') }),
  },
  { output: /the input device is not a TTY/i, hint: always('hintNoTty') },
  { output: /conflict: unable to (?:remove|delete).*container (\w+)/, hint: named('hintImageUsed', 'docker rm -f %') },
  { output: /volume is in use - \[(\w{12})/, hint: named('hintVolumeUsed', 'docker rm -f %') },
  { output: /network (\S+) not found/, hint: named('hintNoNetwork', 'docker network create %') },
  { output: /No such (?:container|object)(?:: (\S+))?/i, hint: always('hintNoContainer', 'docker ps -a') },
  {
    output: /failed to read dockerfile: open Dockerfile|Cannot locate specified Dockerfile/,
    hint: always('hintNoDockerfile', 'ls'),
  },
  { output: /no configuration file provided: not found/, hint: always('hintNoCompose', 'ls') },
  {
    output: /Cannot connect to the Docker daemon/,
    hint: always('hintNoDaemon', 'dockerd >/var/log/docker.log 2>&1 &'),
  },
  { output: /curl: \(7\)|Connection refused/, hint: always('hintRefused', 'docker ps') },
  { output: /Could not resolve host|bad address|Temporary failure in name resolution/, hint: always('hintNoInternet') },
  { output: /exec format error/, hint: always('hintForeign') },
]

function lowercased({ command }: Transcript, [, name = '']: RegExpExecArray): Hint {
  return { says: 'hintLowercase', command: command.trim().replaceAll(name, name.toLowerCase()) }
}

function removeByForce({ command }: Transcript): Hint {
  return { says: 'hintRunning', command: command.trim().replace(/\brm\b/, 'rm -f') }
}

/** The first rule that knows the failure. */
export function hintFor(transcript: Transcript): Hint | undefined {
  for (const rule of RULES) {
    const found = rule.output.exec(transcript.output)
    const hint = found ? rule.hint(transcript, found) : undefined
    if (hint) return hint
  }
  return undefined
}
