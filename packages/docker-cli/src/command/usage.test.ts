import { describe, expect, it } from 'vitest'
import { runDocker } from '../testing/fake-host.ts'

const run = (problem: string): string =>
  `${problem}\n\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nRun 'docker run --help' for more information\n`
const refused = (problem: string): string => `docker: ${problem}\n\nRun 'docker run --help' for more information\n`

/** Command lines that no engine is asked about, and what the real CLI 28.2.2 said of them. */
const rows: readonly (readonly [line: string, status: number, stderr: string])[] = [
  ['nosuch', 1, "docker: unknown command: docker nosuch\n\nRun 'docker --help' for more information\n"],
  [
    'volume nosuch',
    1,
    "docker: unknown command: docker volume nosuch\n\nUsage:  docker volume COMMAND\n\nRun 'docker volume --help' for more information\n",
  ],
  [
    'tag a b@sha256:0000000000000000000000000000000000000000000000000000000000000000',
    1,
    'refusing to create a tag with a digest reference\n',
  ],
  ['plugin enable --timeout -1 nosuch', 1, 'negative timeout -1 is invalid\n'],
  ['plugin push BAD', 1, 'invalid reference format: repository name (library/BAD) must be lowercase\n'],
  ['events --format {{', 64, 'Error parsing format: template: :1: unclosed action\n'],
  ['ps --format {{.Names}', 1, "failed to parse template: template: :1: bad character U+007D '}'\n"],
  [
    'context create ctx --docker host=nonsense',
    1,
    'unable to create docker endpoint config: unable to apply docker endpoint options: unable to parse docker host `nonsense`\n',
  ],
  ['help container nosuch', 1, 'unknown help topic: nosuch\n'],
  [
    'container --nosuch',
    125,
    "unknown flag: --nosuch\n\nUsage:  docker container\n\nRun 'docker container --help' for more information\n",
  ],
  ['-H tcp://a -H tcp://b ps', 1, 'Failed to initialize: unable to resolve docker endpoint: Specify only one -H\n'],
  ['-c x -H tcp://a:1 ps', 1, 'conflicting options: cannot specify both --host and --context\n'],
  [
    '-H foo://x ps',
    1,
    'Failed to initialize: unable to resolve docker endpoint: invalid bind address format: foo://x\n',
  ],
  [
    '--tlsverify ps',
    1,
    'Failed to initialize: unable to resolve docker endpoint: open /root/.docker/ca.pem: no such file or directory\n',
  ],
  ['--log-level zz ps', 1, 'Unable to parse logging level: zz\n'],
  ['run -a stdout -d busybox', 1, 'conflicting options: cannot specify both --attach and --detach\n'],
  ['run --restart always --rm busybox', 125, refused('conflicting options: cannot specify both --restart and --rm')],
  ['run --mac-address x busybox', 125, refused('x is not a valid mac address')],
  ['run --security-opt x busybox', 125, refused('Invalid --security-opt: "x"')],
  [
    'run --security-opt seccomp=/nope busybox',
    125,
    refused('opening seccomp profile (/nope) failed: open /nope: no such file or directory'),
  ],
  ['run -p 80:80:80:80 busybox', 125, refused('invalid IP address: 80:80')],
  [
    'run --expose 80-70 busybox',
    125,
    refused('invalid range format for --expose: 80-70, error: invalid range specified for port: 80-70'),
  ],
  [
    'run --platform x busybox',
    125,
    refused('error parsing specified platform: "x": unknown operating system or architecture: invalid argument'),
  ],
  [
    'run --platform a/b/c/d busybox',
    125,
    refused('error parsing specified platform: "a/b/c/d": cannot parse platform specifier: invalid argument'),
  ],
  [
    'run --network n --network host busybox',
    125,
    refused('conflicting options: cannot attach both user-defined and non-user-defined network-modes'),
  ],
  ['run --health-cmd x --no-healthcheck busybox', 125, refused('--no-healthcheck conflicts with --health-* options')],
  [
    'run --mount type=tmpfs,dst=/x,tmpfs-size=x busybox',
    125,
    run('invalid argument "type=tmpfs,dst=/x,tmpfs-size=x" for "--mount" flag: invalid value for tmpfs-size: x'),
  ],
  [
    'run --mount type=volume," busybox',
    125,
    run(
      'invalid argument "type=volume,\\"" for "--mount" flag: parse error on line 1, column 14: extraneous or missing " in quoted-field',
    ),
  ],
  [
    'run --blkio-weight-device /dev/sda:5 busybox',
    125,
    run('invalid argument "/dev/sda:5" for "--blkio-weight-device" flag: invalid weight for device: /dev/sda:5'),
  ],
  [
    'run --ulimit nofile=a:b busybox',
    125,
    run('invalid argument "nofile=a:b" for "--ulimit" flag: strconv.ParseInt: parsing "b": invalid syntax'),
  ],
  ['run -v /a: busybox', 125, refused('invalid spec: /a:: empty section between colons')],
  ['run -v /a:/b:ro:rw busybox', 125, refused('invalid spec: /a:/b:ro:rw: too many colons')],
  [
    'run --ulimit nofile=5:3 busybox',
    125,
    run(
      'invalid argument "nofile=5:3" for "--ulimit" flag: ulimit soft limit must be less than or equal to hard limit: 5 > 3',
    ),
  ],
  [
    'context create x',
    1,
    'context name "x" is invalid, names are validated against regexp "^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$"\n',
  ],
  ['context create default', 1, '"default" is a reserved context name\n'],
  ['context use', 1, 'accepts 1 arg(s), received 0\n'],
  [
    'context create c --docker host',
    125,
    'invalid argument "host" for "--docker" flag: host must be formatted as key=value\n\nUsage:  docker context create [OPTIONS] CONTEXT\n\nRun \'docker context create --help\' for more information\n',
  ],
  [
    'ps --format {{.Nope}}',
    1,
    'failed to execute template: template: :1:2: executing "" at <.Nope>: can\'t evaluate field Nope in type *formatter.ContainerContext\n',
  ],
]

describe('usage', () => {
  it.each(rows)('docker %s', async (line, status, stderr) => {
    const { requests, ...ended } = await runDocker(line.split(' '))
    expect({ status: ended.status, stderr: ended.stderr }).toEqual({ status, stderr })
    expect(requests).toEqual([])
  })

  it('asks what the engine has before a flag is used', async () => {
    const { stderr, status } = await runDocker(['volume', 'prune', '-af'], undefined, {
      ping: { 'Api-Version': '1.41' },
    })
    expect(stderr).toBe('"--all" requires API version 1.42, but the Docker daemon API version is 1.41\n')
    expect(status).toBe(1)
  })
})
