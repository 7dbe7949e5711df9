import { bootTestKernel } from '@drydock/kernel/testing'
import type { Sys } from '@drydock/abi'
import { afterEach, expect, test } from 'vitest'
import { makeDirectories, writeBytes } from '../state/files.ts'
import { CONFIG_FILE, ConfigError, type DaemonConfig, type GivenFlags, readConfig } from './daemon-config.ts'

let stop: (() => void) | undefined
afterEach(() => stop?.())

async function read(text: string | undefined, flags: GivenFlags = {}): Promise<DaemonConfig | string> {
  const kernel = await bootTestKernel([])
  stop = () => kernel.shutdown()
  const sys: Sys = kernel.sys
  makeDirectories(sys, '/etc/docker')
  if (text !== undefined) writeBytes(sys, CONFIG_FILE, text)
  try {
    return readConfig(sys, flags, undefined)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}

const FAILED = `unable to configure the Docker daemon with file ${CONFIG_FILE}: `

/** dockerd's last words. */
const ROWS: readonly (readonly [string, GivenFlags, string])[] = [
  ['{', {}, `${FAILED}unexpected end of JSON input`],
  ['{"debug": true,}', {}, `${FAILED}invalid character '}' looking for beginning of object key string`],
  ['{"nosuch": 1}', {}, `${FAILED}the following directives don't match any configuration option: nosuch`],
  ['{"debug": "yes"}', {}, `${FAILED}json: cannot unmarshal string into Go struct field Config.debug of type bool`],
  [
    '{"hosts": ["tcp://0.0.0.0:2375"]}',
    { hosts: ['fd://'] },
    `${FAILED}the following directives are specified both as a flag and in the configuration file: hosts: (from flag: [fd://], from file: [tcp://0.0.0.0:2375])`,
  ],
]

test.each(ROWS)('refuses %s', async (text, flags, message) => expect(await read(text, flags)).toBe(message))

test('without a file the daemon is as it comes', async () => {
  expect(await read(undefined)).toMatchObject({ hosts: [], dataRoot: '/var/lib/docker', log: { Type: 'json-file' } })
})

test('takes what the file says, and the flags beside it', async () => {
  const text = JSON.stringify({
    'log-driver': 'local',
    'log-opts': { 'max-size': '5m' },
    'default-address-pools': [{ base: '10.5.0.0/16', size: 24 }],
    'registry-mirrors': ['https://mirror'],
    'default-shm-size': '32M',
  })
  expect(await read(text, { debug: true, labels: ['a=b'] })).toMatchObject({
    debug: true,
    labels: ['a=b'],
    log: { Type: 'local', Config: { 'max-size': '5m' } },
    addressPools: [{ Base: '10.5.0.0/16', Size: 24 }],
    registryMirrors: ['https://mirror/'],
    shmSize: 32 * 1024 * 1024,
  })
})

const INVALID = `${FAILED}configuration validation from file failed: `

/** What dockerd 20.10 said of each file. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['{"labels":["foo"]}', `${INVALID}bad attribute format: foo`],
  ['{"labels":["a=1","a=2"]}', 'conflict labels for a=2 and a=1'],
  ['{"max-concurrent-downloads":-1}', `${INVALID}invalid max concurrent downloads: -1`],
  ['{"max-download-attempts":-1}', `${INVALID}invalid max download attempts: -1`],
  ['{"dns":["x"]}', `${INVALID}x is not an ip address`],
  ['{"dns-search":["a b"]}', `${INVALID}a b is not a valid domain`],
  ['{"default-runtime":"x"}', `${INVALID}specified default runtime 'x' does not exist`],
  ['{"runtimes":{"runc":{"path":"x"}}}', `${INVALID}runtime name 'runc' is reserved`],
  ['{"default-shm-size":"x"}', `${FAILED}invalid size: 'x'`],
  ['{"default-ipc-mode":"x"}', `${INVALID}default IPC mode setting (x) is invalid; use "shareable" or "private"`],
  ['{"default-cgroupns-mode":"x"}', `${INVALID}default cgroup namespace mode (x) is invalid; use "host" or "private"`],
  ['{"a":1,"b":2}', `${FAILED}the following directives don't match any configuration option: a, b`],
  ['{"DEBUG":true}', `${FAILED}the following directives don't match any configuration option: DEBUG`],
  ['[]', `${FAILED}json: cannot unmarshal array into Go value of type map[string]interface {}`],
  ['"a"', `${FAILED}json: cannot unmarshal string into Go value of type map[string]interface {}`],
  [
    '{"log-opts":{"a":1}}',
    `${FAILED}json: cannot unmarshal number into Go struct field Config.log-opts of type string`,
  ],
]

test.each(REFUSED)('refuses %s as the real one does', async (text, message) => expect(await read(text)).toBe(message))
