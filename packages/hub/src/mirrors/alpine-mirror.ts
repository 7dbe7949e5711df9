import { hashHex } from '@drydock/codec'
import type { ServerRequest, ServerResponse } from '@drydock/http'
import { alpineLayer, alpineRelease } from '../base/alpine.ts'
import type { ImageBuilder } from '../rootfs/build-image.ts'

const PATH =
  /^\/alpine\/(v3\.\d+|latest-stable|edge)\/releases\/(x86_64|aarch64)\/alpine-minirootfs-(3\.\d+\.\d+)-\2\.tar\.gz(\.sha(?:256|512))?$/

/**
 * dl-cdn.alpinelinux.org, as far as it has root file systems for those who begin FROM scratch: what the image alpine of
 * that version is made of. Its packages are not asked for here.
 */
export class AlpineMirror {
  private readonly builder: ImageBuilder

  constructor(builder: ImageBuilder) {
    this.builder = builder
  }

  async handle({ method, path }: ServerRequest): Promise<ServerResponse> {
    const [, branch = '', , version = '', sum] = PATH.exec(path) ?? []
    const release = alpineRelease(version)
    const fits = branch.startsWith('v') ? version.startsWith(`${branch.slice(1)}.`) : branch !== ''
    if (!release || !fits) return { status: 404, headers: [['Content-Type', 'text/html']], body: '404 Not Found\n' }
    const { gz } = this.builder.layer(alpineLayer(release))
    if (sum !== undefined) {
      const name = path.slice(path.lastIndexOf('/') + 1, -sum.length)
      const hash = hashHex(sum === '.sha256' ? 'sha256' : 'sha512', gz)
      return { status: 200, headers: [['Content-Type', 'text/plain']], body: `${hash}  ${name}\n` }
    }
    const headers: [string, string][] = [
      ['Content-Type', 'application/octet-stream'],
      ['Content-Length', String(gz.length)],
      ['Last-Modified', new Date(release.created).toUTCString()],
    ]
    return { status: 200, headers, body: method === 'HEAD' ? '' : gz }
  }
}
