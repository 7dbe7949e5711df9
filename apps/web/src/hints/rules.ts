/** A quiet word beside the terminal after a failed command: never in the terminal's own output. */
export interface Hint {
  readonly text: string
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
  readonly hint: (transcript: Transcript) => Hint | undefined
}

/** `8080:docker/getting-started:pwd`: a host port, the container's port forgotten, the image swallowed. */
const PORT_ATE_IMAGE =
  /^(docker (?:container )?(?:run|create)\b.*?\s-\w*p\s+|docker (?:container )?(?:run|create)\b.*?\s--publish[= ])(\d+):([a-z][\w./-]*(?::[\w.-]+)?)(.*)$/

const RULES: readonly Rule[] = [
  {
    output: /requires at least 1 argument/,
    hint({ command }) {
      const found = PORT_ATE_IMAGE.exec(command.trim())
      if (!found) return undefined
      const [, before, port, image, rest] = found
      return {
        text: 'After -p comes HOST:CONTAINER, then the image. The container’s port is missing here, so Docker took the image for a part of it. Probably:',
        command: `${before}${port}:80 ${image}${rest}`,
      }
    },
  },
  {
    output: /pull access denied for ([^,\s]+)/,
    hint: () => ({
      text: 'The Hub has no such image, or it is private. Look for the right name:',
      command: 'docker search …',
    }),
  },
  {
    output: /container name "\/([^"]+)" is already in use/,
    hint: ({ output }) => {
      const name = /container name "\/([^"]+)" is already in use/.exec(output)?.[1] ?? ''
      return {
        text: 'A container of that name exists, running or not. Remove it first, or take another name:',
        command: `docker rm -f ${name}`,
      }
    },
  },
  {
    output: /port is already allocated/,
    hint: () => ({
      text: 'Another container publishes that port of the host. See which:',
      command: 'docker ps --format "{{.Names}}: {{.Ports}}"',
    }),
  },
  {
    output: /container is running: stop the container before removing/,
    hint: () => ({ text: 'Stop it first, or remove it by force with', command: 'docker rm -f …' }),
  },
  {
    output: /Cannot connect to the Docker daemon/,
    hint: () => ({
      text: 'The engine of this instance does not run. Start it again with',
      command: 'dockerd >/var/log/docker.log 2>&1 &',
    }),
  },
]

/** The first rule that knows the failure. */
export function hintFor(transcript: Transcript): Hint | undefined {
  for (const rule of RULES) {
    if (!rule.output.test(transcript.output)) continue
    const hint = rule.hint(transcript)
    if (hint) return hint
  }
  return undefined
}
