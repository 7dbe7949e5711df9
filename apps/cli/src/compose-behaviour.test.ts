import { spawnSync } from 'node:child_process'
import { beforeAll, describe, expect, it } from 'vitest'

const MARK = '@@@'

/** What is tried: a file, what is typed, and what must be seen; `%` in a pattern's place stands for the exit status. */
interface Trial {
  readonly title: string
  readonly file: string
  readonly line: string
  readonly status?: number
  readonly sees?: readonly RegExp[]
  readonly never?: readonly RegExp[]
}

const SLEEPER = 'image: alpine\n    command: sleep 600\n    stop_grace_period: 0s'

const TRIALS: readonly Trial[] = [
  {
    title: 'up ends with the first container, and with its status',
    file: `services:\n  a:\n    image: alpine\n    command: sh -c "echo from a; exit 3"\n  b:\n    ${SLEEPER}\n`,
    line: 'docker compose up --quiet-pull --abort-on-container-exit',
    status: 3,
    sees: [
      /Attaching to a-1, b-1/,
      /^a-1 +\| from a$/m,
      /^Aborting on container exit\.\.\.$/m,
      /a-1 exited with code 3/,
      /Container t-b-1 {2}Stopped/,
    ],
  },
  {
    title: 'config leaves out what it is told to, and pins images',
    file: 'services:\n  a: {image: "nginx:alpine", volumes: ["./x:/x"], depends_on: [b]}\n',
    line: 'docker compose config --no-normalize --no-path-resolution --no-consistency; docker compose config --lock-image-digests --no-consistency',
    status: 0,
    sees: [/source: \.\/x$/m, /^services:\n {2}a:\n {4}image: docker\.io\/library\/nginx:alpine@sha256:[0-9a-f]{64}$/m],
    never: [/default: null/, /depends on undefined/],
  },
  {
    title: 'a provider makes a service and tells others of it',
    file: 'services:\n  m: {provider: {type: made, options: {a: [1, 2]}}}\n  n: {image: alpine, command: env, depends_on: [m]}\n  o: {provider: {type: nope}, profiles: [o]}\n',
    line: `cat > /usr/local/bin/made <<'E'\n#!/bin/sh\necho '{"type":"info","message":"'"$*"'"}'\necho '{"type":"setenv","message":"URL=u"}'\nE\nchmod +x /usr/local/bin/made; docker compose up; docker compose down; docker compose up o`,
    status: 1,
    sees: [
      /^ m {2}compose --project-name t up --a=1 --a=2 m$/m,
      /^n-1 +\| M_URL=u$/m,
      /^ m {2}Removed$/m,
      /^exec: "nope": executable file not found in \$PATH$/m,
    ],
  },
  {
    title: 'a graph of the services',
    file: 'services:\n  a: {image: alpine, depends_on: [b]}\n  b: {image: alpine}\n',
    line: 'docker compose alpha viz --image --spaces',
    status: 0,
    sees: [/^digraph "t" \{\n layout=dot;\n/m, /<b>Image:<\/b><br\/>alpine<\/font>>\];$/m, /^ "a" -> "b";\n\}$/m],
  },
  {
    title: 'a dry run does nothing, and says what would be done',
    file: 'services:\n  a: {build: .}\n  b: {image: alpine, depends_on: [a], command: sleep 9}\n',
    line: `echo FROM alpine > Dockerfile; docker compose --dry-run up; docker compose up -d --dry-run; docker compose --dry-run run b ls; docker ps -aq | wc -l; docker image ls -q t-a | wc -l`,
    status: 0,
    sees: [
      /^ DRY-RUN MODE - {2}==> ==> writing image dryRun-86f7e437faa5a7fce15d1ddcb9eaeaea377667b8 $/m,
      /^end of 'compose up' output, interactive run is not supported in dry-run mode$/m,
      /^ DRY-RUN MODE - {2}Container t-b-1 {2}Started$/m,
      /^interactive run is not supported in dry-run mode\n0\n0$/m,
    ],
  },
  {
    title: 'a file is made of containers, and up refuses flags that do not go together',
    file: `services:\n  a: {image: alpine, command: sleep 9, stop_grace_period: 0s, ports: ["8000:80"], volumes: ["data:/data"]}\nvolumes: {data: }\n`,
    line: 'docker compose up -d; docker compose alpha generate --name made t-a-1; docker compose up --attach x; docker compose up --wait --watch; docker compose exec; docker compose cp x',
    status: 1,
    sees: [
      /^name: made\nservices:\n {2}a:\n/m,
      /^ {4}volumes:\n {6}- type: volume\n {8}source: t_data\n {8}target: \/data$/m,
      /^cannot attach to services not included in up: x$/m,
      /^--wait cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach, --attach-dependencies or --watch$/m,
      /^requires at least 2 arg\(s\), only received 0$/m,
      /^docker: 'docker compose cp' requires 2 arguments$/m,
    ],
  },
  {
    title: 'a terminal has a line of shortcuts, whose keys work',
    file: `services:\n  a:\n    ${SLEEPER}\n    develop: {watch: [{path: ./src, action: sync, target: /app}]}\n  b: {image: alpine, command: 'sh -c "echo up; sleep 600"', stop_grace_period: 0s}\n`,
    line: `mkdir -p src; mkfifo keys; (script -qc 'docker compose up' log < keys > /dev/null 2>&1 &); exec 9> keys; seen() { for i in 1 2 3 4 5 6 7 8 9; do grep -q "$1" log && break; sleep 1; done; }; seen 'up'; printf w >&9; seen 'Watch enabled'; printf '\\003' >&9; seen 'Stopped'; exec 9>&-; cat log; docker compose ps -q | wc -l`,
    sees: [/w\x1b\[0m\x1b\[2m Enable Watch/, /w\x1b\[0m\x1b\[2m Disable Watch/, /Gracefully stopping/, /^0$/m],
  },
  {
    title: 'up ends when all have ended',
    file: 'services:\n  a: {image: alpine, command: echo done}\n',
    line: 'docker compose up',
    status: 0,
    sees: [/^a-1 +\| done$/m, /a-1 exited with code 0/],
  },
  {
    title: 'an interrupt stops all',
    file: `services:\n  a:\n    ${SLEEPER}\n`,
    line: 'timeout -s INT 2 docker compose up; docker compose ps -a --format "{{.Name}} {{.State}}"',
    sees: [
      /Gracefully stopping\.\.\. \(press Ctrl\+C again to force\)/,
      /Container t-a-1 {2}Stopped/,
      /^t-a-1 exited$/m,
    ],
  },
  {
    title: 'a dependency that fails fails all',
    file: 'services:\n  a: {image: alpine, command: sh -c "exit 3"}\n  b:\n    image: alpine\n    depends_on: {a: {condition: service_completed_successfully}}\n',
    line: 'docker compose up -d',
    status: 1,
    sees: [/^service "a" didn't complete successfully: exit 3$/m],
    never: [/Container t-b-1 {2}Start/],
  },
  {
    title: 'a dependency that is ill fails all',
    file: `services:\n  a:\n    ${SLEEPER}\n    healthcheck: {test: "false", interval: 1s, retries: 1}\n  b:\n    image: alpine\n    depends_on: {a: {condition: service_healthy}}\n`,
    line: 'docker compose up -d',
    status: 1,
    sees: [/^dependency failed to start: container t-a-1 is unhealthy$/m],
  },
  {
    title: 'only what changed is made anew',
    file: `services:\n  a:\n    ${SLEEPER}\n    hostname: "\${NAME:-one}"\n  b:\n    ${SLEEPER}\n`,
    line: 'docker compose up -d; echo AGAIN; NAME=two docker compose up -d; docker compose exec -T a hostname',
    sees: [
      /AGAIN[\s\S]*Container t-a-1 {2}Recreate\n[\s\S]*Container t-a-1 {2}Recreated/,
      /AGAIN[\s\S]*Container t-b-1 {2}Running/,
      /^two$/m,
    ],
    never: [/Container t-b-1 {2}Recreate/],
  },
  {
    title: 'a GPU is refused',
    file: 'services:\n  a: {image: alpine, gpus: all}\n',
    line: 'docker compose up -d',
    status: 1,
    sees: [/could not select device driver "" with capabilities: \[\[gpu\]\]/],
  },
  {
    title: 'scaling goes up and down',
    file: `services:\n  a:\n    ${SLEEPER}\n`,
    line: 'docker compose up -d --scale a=3; docker compose ps -q | wc -l; docker compose scale a=1; docker compose ps --format "{{.Name}}"',
    sees: [/^3$/m, /^t-a-1$/m],
    never: [/^t-a-2$/m],
  },
  {
    title: 'orphans are told of, and removed',
    file: `services:\n  a:\n    ${SLEEPER}\n  b:\n    ${SLEEPER}\n`,
    line: `docker compose up -d; printf 'services:\\n  a: {image: alpine, command: sleep 600}\\n' > compose.yaml; docker compose up -d; docker compose up -d --remove-orphans; docker compose ps -a --format "{{.Service}}"`,
    sees: [/Found orphan containers \(\[t-b-1\]\) for this project/, /Container t-b-1 {2}Removed/],
  },
  {
    title: 'run makes a container of its own and starts what it needs',
    file: `services:\n  a:\n    image: alpine\n    command: sleep 600\n    environment: [A=1]\n    depends_on: [b]\n    ports: ["8000:80"]\n  b:\n    ${SLEEPER}\n`,
    line: 'docker compose run --rm -e B=2 a sh -c "env | grep ^[AB]=; exit 7"',
    status: 7,
    sees: [/^A=1$/m, /^B=2$/m, /Container t-b-1 {2}Started/],
    never: [/Container t-a-1/],
  },
  {
    title: 'hooks run before, after and at the end',
    file: `services:\n  a:\n    ${SLEEPER}\n    volumes: ["data:/data"]\n    pre_start: [{command: sh -c "echo before > /data/x"}]\n    post_start: [{command: sh -c "echo after >> /data/x"}]\n    pre_stop: [{command: sh -c "echo end >> /data/x"}]\nvolumes: {data: }\n`,
    line: 'docker compose up -d; docker compose down; docker run --rm -v t_data:/d alpine cat /d/x',
    sees: [/^before\nafter\nend$/m],
  },
  {
    title: 'logs know services, numbers of lines and prefixes',
    file: 'services:\n  a: {image: alpine, command: sh -c "echo one; echo two; echo three"}\n  b: {image: alpine, command: echo other}\n',
    line: 'docker compose up -d; sleep 1; docker compose logs -n 1 a; echo PLAIN; docker compose logs --no-log-prefix a',
    sees: [/^a-1 {2}\| three$/m, /PLAIN\none\ntwo\nthree$/m],
    never: [/a-1 {2}\| two/, /other/],
  },
  {
    title: 'a project is known by its name alone',
    file: `services:\n  a:\n    ${SLEEPER}\n    depends_on: [b]\n  b:\n    ${SLEEPER}\nvolumes: {data: }\n`,
    line: 'docker compose up -d; cd /; docker compose -p t ps --format "{{.Name}}"; docker compose ls -q; docker compose -p t down; docker ps -aq | wc -l',
    sees: [/^t-a-1\nt-b-1$/m, /^t$/m, /Network t_default {2}Removed/, /^0$/m],
  },
  {
    title: 'files are watched',
    file: `services:\n  a:\n    ${SLEEPER}\n    develop: {watch: [{path: ./src, action: sync, target: /app, ignore: ["*.tmp"]}]}\n`,
    line: 'mkdir -p src; (docker compose watch > log 2>&1 &); for i in 1 2 3 4 5 6 7 8 9; do grep -q enabled log && break; sleep 1; done; echo new > src/f; echo x > src/g.tmp; sleep 2; docker compose exec -T a ls /app; cat log; pkill -INT docker-compose',
    sees: [/^f$/m, /Watch enabled/, /Syncing service "a" after \d changes were detected/],
    never: [/g\.tmp/],
  },
]

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

describe('docker compose', () => {
  let blocks: string[] = []
  beforeAll(() => {
    const parts = TRIALS.map(
      ({ file, line }) =>
        `echo "${MARK}"; mkdir -p /root/t && cd /root/t && rm -rf * && printf %s ${quote(file)} > compose.yaml\n${line}\necho "status $?"; cd /root/t; docker compose -p t down -v --remove-orphans -t 0 > /dev/null 2>&1`,
    )
    const input = `exec 2>&1; docker pull -q alpine > /dev/null\n${parts.join('\n')}`
    const { stdout } = spawnSync('node', ['apps/cli/bin/drydock.mjs', '-c', input], {
      encoding: 'utf8',
      timeout: 300_000,
    })
    blocks = stdout.split(`${MARK}\n`).slice(1)
  }, 300_000)

  it.each(TRIALS.map((trial, i) => [trial.title, trial, i] as const))('%s', (_title, trial, i) => {
    const printed = blocks[i] ?? ''
    for (const pattern of trial.sees ?? []) expect(printed).toMatch(pattern)
    for (const pattern of trial.never ?? []) expect(printed).not.toMatch(pattern)
    if (trial.status !== undefined) expect(printed).toMatch(new RegExp(`^status ${trial.status}$`, 'm'))
  })
})
