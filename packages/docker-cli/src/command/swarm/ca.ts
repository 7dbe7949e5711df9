import { isErrno } from '@drydock/abi'
import {
  bool,
  type Cli,
  CliError,
  defineCommand,
  FlagError,
  type FlagValues,
  noArgs,
  string,
} from '@drydock/cli-plugin'
import type { Swarm, SwarmSpec } from '@drydock/docker-api'
import { readTextFile } from '@drydock/libc'
import { caFlags, mergeCa } from './spec-flags.ts'
import { watchRootRotation } from './root-rotation.ts'

const flags = {
  ...caFlags,
  'ca-cert': string('', 'Path to the PEM-formatted root CA certificate to use for the new cluster', '', 'pem-file'),
  'ca-key': string('', 'Path to the PEM-formatted root CA key to use for the new cluster', '', 'pem-file'),
  detach: bool('d', 'Exit immediately instead of waiting for the root rotation to converge'),
  quiet: bool('q', 'Suppress progress output'),
  rotate: bool('', 'Rotate the swarm CA - if no certificate or key are provided, new ones will be generated'),
}
const WITH_ROTATE = ['ca-cert', 'ca-key', 'cert-expiry', 'external-ca']

export const ca = defineCommand({
  name: 'ca',
  use: 'ca [OPTIONS]',
  short: 'Display and rotate the root CA',
  needs: 'manager',
  args: noArgs,
  flags,
  async run({ cli, flags: given, changed }) {
    const pem = { cert: await readPem(cli, given, 'ca-cert'), key: await readPem(cli, given, 'ca-key') }
    const swarm = await cli.client.swarm.inspect()
    if (!given.rotate) {
      const stray = WITH_ROTATE.find((name) => changed.has(name))
      if (stray !== undefined) throw new CliError(`\`--${stray}\` flag requires the \`--rotate\` flag to update the CA`)
      return showRoot(cli, swarm)
    }
    checkPair(changed)
    await cli.client.swarm.update({ version: swarm.Version.Index ?? 0 }, rotated(swarm.Spec, given, changed, pem))
    if (given.detach) return
    await watchRootRotation(cli, given.quiet)
    if (!given.quiet) await showRoot(cli, await cli.client.swarm.inspect())
  },
})

function checkPair(changed: ReadonlySet<string>): void {
  if (changed.has('external-ca') && !changed.has('ca-cert'))
    throw new CliError(
      "rotating to an external CA requires the `--ca-cert` flag to specify the external CA's cert - to add an external CA with the current root CA certificate, use the `update` command instead",
    )
  if (changed.has('ca-cert') && !changed.has('external-ca') && !changed.has('ca-key'))
    throw new CliError('the --ca-cert flag requires that a --ca-key flag and/or --external-ca flag be provided as well')
}

function rotated(
  spec: SwarmSpec,
  given: FlagValues<typeof flags>,
  changed: ReadonlySet<string>,
  pem: { cert: string; key: string },
): SwarmSpec {
  const { CAConfig, ...rest } = mergeCa(spec, given, changed, pem.cert)
  return {
    ...rest,
    CAConfig: {
      ...CAConfig,
      ...(pem.cert === '' ? {} : { SigningCACert: pem.cert }),
      ...(pem.key === '' ? {} : { SigningCAKey: pem.key }),
      ...(pem.cert + pem.key === '' ? { ForceRotate: (CAConfig?.ForceRotate ?? 0) + 1 } : {}),
    },
  }
}

/** @throws FlagError: the real one reads the file as it reads the flag */
async function readPem(cli: Cli, given: FlagValues<typeof flags>, name: 'ca-cert' | 'ca-key'): Promise<string> {
  const file = given[name]
  if (file === '') return ''
  try {
    return await readTextFile(cli.sys, file)
  } catch (error) {
    if (!isErrno(error)) throw error
    const problem = `open ${file}: ${error.message.toLowerCase()}`
    throw new FlagError(`invalid argument ${JSON.stringify(file)} for "--${name}" flag: ${problem}`)
  }
}

async function showRoot(cli: Cli, { TLSInfo }: Swarm): Promise<void> {
  const root = (TLSInfo.TrustRoot ?? '').trim()
  if (root === '') throw new CliError('No CA information available')
  await cli.print(`${root}\n`)
}
