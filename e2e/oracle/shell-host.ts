import { ImageHost } from '@drydock/playground/image-host'
import { programs } from '@drydock/programs'
import { shellPrograms } from '@drydock/shell'
import { nodeClock, nodeEntropy } from '../../apps/cli/src/powers.ts'

export type Shell = 'bash' | 'sh'
export type Flavour = 'gnu' | 'busybox'

/** What a Debian system has that is no part of its image. */
const INSTALLED = [
  'xxd',
  'hexdump',
  'rev',
  'column',
  'file',
  'bc',
  'tree',
  'look',
  'cal',
  'jq',
  'patch',
  'bzip2',
  'bunzip2',
  'bzcat',
  'xz',
  'unxz',
  'xzcat',
  'less',
  'ps',
  'vmstat',
  'dc',
  'time',
  'zip',
  'unzip',
  'zipinfo',
  'envsubst',
  'iconv',
  'ed',
  'zstd',
  'rsync',
]

const common = { clock: nodeClock, entropy: nodeEntropy, programs: [...shellPrograms, ...programs] }

/** The images that have GNU's programs and BusyBox's. */
export const prepareHost = (flavour: Flavour): Promise<ImageHost> =>
  flavour === 'gnu'
    ? ImageHost.prepare({ ...common, repository: 'library/debian', tag: 'bookworm', installed: INSTALLED })
    : ImageHost.prepare({ ...common, repository: 'library/busybox', tag: '1.35.0-glibc' })

/** Debian has bash and dash; BusyBox has its own shell only. */
export const shellOf = (flavour: Flavour, shell: Shell): string => (flavour === 'busybox' ? 'sh' : shell)
