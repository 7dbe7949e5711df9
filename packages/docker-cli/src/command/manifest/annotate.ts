import { CliError, defineCommand, exactly, parseReference, string, strings, tagged } from '@drydock/cli-plugin'
import { inOrder, type LongPlatform } from './image-manifest.ts'
import { ListStore } from './list-store.ts'

/** docker/cli manifest/util.go */
const PLATFORMS: ReadonlySet<string> = new Set([
  ...['darwin/386', 'darwin/amd64', 'darwin/arm', 'darwin/arm64', 'dragonfly/amd64'],
  ...['freebsd/386', 'freebsd/amd64', 'freebsd/arm', 'linux/386', 'linux/amd64', 'linux/arm', 'linux/arm64'],
  ...['linux/ppc64le', 'linux/mips64', 'linux/mips64le', 'linux/riscv64', 'linux/s390x'],
  ...['netbsd/386', 'netbsd/amd64', 'netbsd/arm', 'openbsd/386', 'openbsd/amd64', 'openbsd/arm'],
  ...['plan9/386', 'plan9/amd64', 'solaris/amd64', 'windows/386', 'windows/amd64'],
])

export const annotate = defineCommand({
  name: 'annotate',
  use: 'annotate [OPTIONS] MANIFEST_LIST MANIFEST',
  short: 'Add additional information to a local image manifest',
  experimental: true,
  args: exactly(2),
  flags: {
    arch: string('', 'Set architecture'),
    os: string('', 'Set operating system'),
    'os-features': strings('', 'Set operating system feature'),
    'os-version': string('', 'Set operating system version'),
    variant: string('', 'Set architecture variant'),
  },
  async run({ cli, args: [list = '', image = ''], flags }) {
    const [target, source] = [read('manifest list', list), read('manifest', image)]
    const store = new ListStore(cli)
    const found = await store.find(target, source)
    if (!found) throw new CliError(`manifest for image ${image} does not exist in ${list}`)
    const old = found.Descriptor.platform
    const platform: LongPlatform = {
      ...old,
      ...(flags.os ? { os: flags.os } : {}),
      ...(flags.arch ? { architecture: flags.arch } : {}),
      ...(flags.variant ? { variant: flags.variant } : {}),
      ...(flags['os-version'] ? { 'os.version': flags['os-version'] } : {}),
      'os.features': [...new Set([...(old['os.features'] ?? []), ...flags['os-features']])],
    }
    if (!PLATFORMS.has(`${platform.os}/${platform.architecture}`))
      throw new CliError(`manifest entry for image has unsupported os/arch combination: ${flags.os}/${flags.arch}`)
    await store.save(target, source, { ...found, Descriptor: { ...found.Descriptor, platform: inOrder(platform) } })
  },
})

function read(what: string, name: string) {
  try {
    return tagged(parseReference(name))
  } catch (error) {
    if (error instanceof CliError)
      throw new CliError(`annotate: error parsing name for ${what} ${name}: ${error.message}`)
    throw error
  }
}
