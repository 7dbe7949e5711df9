import { printPlatform } from '@drydock/dockerfile'
import type { DaemonParts } from '../../daemon-parts.ts'
import { ifExists, readText } from '../../state/files.ts'
import { timestamp } from '../../timestamps.ts'
import type { BuildOptions } from '../build-options.ts'
import { withFiles } from '../work-layer.ts'
import type { Built } from './built.ts'

/** A statement about an image, in in-toto's form. in-toto attestation framework, Statement v0.1 */
export interface Attestation {
  readonly predicateType: string
  /** As a file of a local export. */
  readonly fileName: string
  /** @param digest of the manifest that it speaks of; none where there is no image */
  statement(digest?: string): object
}

const PROVENANCE = 'https://slsa.dev/provenance/v0.2'
const SPDX = 'https://spdx.dev/Document'

export interface AttestationWish {
  readonly parts: DaemonParts
  readonly options: BuildOptions
  readonly built: Built
  /** Names of the result. */
  readonly names: readonly string[]
  /** The build's reference, and when it began; ms. */
  readonly invocation: string
  readonly startedAt: number
  /** Images that it stands on, with their digests. */
  readonly materials: readonly { readonly uri: string; readonly digest: string }[]
}

/** @param inline the result can carry them: a default provenance is for those only */
export async function attestationsOf(wish: AttestationWish, inline: boolean): Promise<Attestation[]> {
  const { attests } = wish.options
  const provenance = attests.get('provenance')
  const wanted = provenance !== undefined && (inline || !provenance.includes('inline-only=true'))
  return [
    ...(wanted ? [provenanceOf(wish, provenance.includes('mode=max'))] : []),
    ...(attests.has('sbom') ? [await sbomOf(wish)] : []),
  ]
}

function attestation(
  { names, built }: AttestationWish,
  predicateType: string,
  fileName: string,
  predicate: object,
): Attestation {
  return {
    predicateType,
    fileName,
    statement: (digest) => ({
      _type: 'https://in-toto.io/Statement/v0.1',
      predicateType,
      subject:
        digest === undefined
          ? []
          : (names.length > 0 ? names : ['_']).map((name) => ({
              name: name === '_' ? '_' : packageUrl(name, printPlatform(built.platform)),
              digest: { sha256: digest.slice('sha256:'.length) },
            })),
      predicate,
    }),
  }
}

/** `pkg:docker/alpine@3.20?platform=linux%2Famd64`. Package URL specification, type docker */
export function packageUrl(name: string, platform: string): string {
  const [, path = name, tag = 'latest'] = /^(.*?)(?::([^:/]+))?$/.exec(name.replace(/@.*$/, '')) ?? []
  const short = path.replace(/^docker\.io\/(library\/)?/, '')
  return `pkg:docker/${short}@${tag}?platform=${encodeURIComponent(platform)}`
}

/** How it was made. slsa.dev/provenance/v0.2; BuildKit docs, attestations/slsa-provenance.md */
function provenanceOf(wish: AttestationWish, max: boolean): Attestation {
  const { parts, options, built, invocation, startedAt, materials } = wish
  const args = [...options.buildArgs].map(([key, value]): [string, string] => [`build-arg:${key}`, value])
  const labels = Object.entries(options.labels).map(([key, value]): [string, string] => [`label:${key}`, value])
  const target = options.target === '' ? [] : [['target', options.target] as [string, string]]
  const parameters = {
    frontend: 'dockerfile.v0',
    ...(max ? { args: Object.fromEntries([...args, ...labels, ...target]) } : {}),
    locals: [{ name: 'context' }, { name: 'dockerfile' }],
  }
  return attestation(wish, PROVENANCE, 'provenance.json', {
    builder: { id: '' },
    buildType: 'https://mobyproject.org/buildkit@v1',
    materials: materials.map(({ uri, digest }) => ({ uri, digest: { sha256: digest.replace(/^sha256:/, '') } })),
    invocation: {
      configSource: { entryPoint: options.dockerfile.split('/').at(-1) ?? '' },
      parameters,
      environment: { platform: printPlatform(built.platform) },
    },
    metadata: {
      buildInvocationID: invocation,
      buildStartedOn: new Date(startedAt).toISOString(),
      buildFinishedOn: timestamp(parts.sys.clock),
      completeness: { parameters: max, environment: true, materials: false },
      reproducible: false,
      'https://mobyproject.org/buildkit@v1#metadata': {},
    },
  })
}

/** What is installed in it. SPDX 2.3; packages are those that apk and dpkg know of. */
async function sbomOf(wish: AttestationWish): Promise<Attestation> {
  const { parts, built, names } = wish
  const packages = await withFiles(parts, built.chain, async (root) => {
    const text = (path: string): string => ifExists(() => readText(parts.sys, root + path)) ?? ''
    return [
      ...stanzas(text('/lib/apk/db/installed'), 'P:', 'V:', 'apk'),
      ...stanzas(text('/var/lib/dpkg/status'), 'Package: ', 'Version: ', 'deb'),
    ]
  })
  return attestation(wish, SPDX, 'sbom.spdx.json', {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: names[0] ?? 'sbom',
    creationInfo: { creators: ['Tool: drydock'], created: timestamp(parts.sys.clock) },
    packages: packages.map(({ name, version, type }) => ({
      name,
      SPDXID: `SPDXRef-Package-${type}-${name.replaceAll(/[^A-Za-z0-9.-]/g, '-')}`,
      versionInfo: version,
      downloadLocation: 'NOASSERTION',
      externalRefs: [
        {
          referenceCategory: 'PACKAGE-MANAGER',
          referenceType: 'purl',
          referenceLocator: `pkg:${type}/${name}@${encodeURIComponent(version)}`,
        },
      ],
    })),
  })
}

/** Records apart by empty lines. */
function stanzas(text: string, nameKey: string, versionKey: string, type: string) {
  return text.split('\n\n').flatMap((stanza) => {
    const lines = stanza.split('\n')
    const field = (key: string): string | undefined => lines.find((line) => line.startsWith(key))?.slice(key.length)
    const [name, version] = [field(nameKey), field(versionKey)]
    return name === undefined || version === undefined ? [] : [{ name, version, type }]
  })
}
