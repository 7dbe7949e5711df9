import type { ByteStream } from '@drydock/abi'
import { fromBase64 } from '@drydock/codec'
import { type ServerRequest, type ServerResponse, serveConnection } from '@drydock/http'
import { jsonAnswer } from '@drydock/registry'
import wheels from 'virtual:python-wheels'

export interface Wheel {
  /** `flask-3.1.3-py3-none-any.whl` */
  readonly file: string
  readonly sha256: string
  /** The archive in base64. */
  readonly bytes: string
}

const FILES = 'https://files.pythonhosted.org/packages'
const SIMPLE = 'application/vnd.pypi.simple.v1+json'

/** PEP 503: names are equal when they differ in case, or in `-`, `_` and `.` */
const normalised = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-')
const projectOf = ({ file }: Wheel): string => normalised(file.split('-')[0] ?? '')

/** pypi.org and files.pythonhosted.org: the simple index of PEP 691, and the wheels. */
export class PythonIndex {
  private readonly wheels: readonly Wheel[]

  constructor(found: readonly Wheel[] = wheels) {
    this.wheels = found
  }

  serve(stream: ByteStream): Promise<void> {
    return serveConnection(stream, (request) => this.answer(request), { server: 'pypi' })
  }

  answer({ path, method }: ServerRequest): ServerResponse {
    if (method !== 'GET' && method !== 'HEAD') return jsonAnswer(403, { message: 'this index is read only' })
    const project = /^\/simple\/([^/]+)\/?$/.exec(path)?.[1]
    if (project !== undefined) return this.project(normalised(decodeURIComponent(project)))
    if (path === '/simple/' || path === '/simple') return this.all()
    const file = /^\/packages\/([^/]+\.whl)$/.exec(path)?.[1]
    const found = this.wheels.find((wheel) => wheel.file === file)
    if (!found) return jsonAnswer(404, { message: 'Not Found' })
    return { status: 200, headers: [['Content-Type', 'application/octet-stream']], body: fromBase64(found.bytes) }
  }

  private all(): ServerResponse {
    const names = [...new Set(this.wheels.map(projectOf))]
    return simple({ meta: { 'api-version': '1.1' }, projects: names.map((name) => ({ name })) })
  }

  private project(name: string): ServerResponse {
    const found = this.wheels.filter((wheel) => projectOf(wheel) === name)
    if (found.length === 0) return jsonAnswer(404, { message: 'Not Found' })
    const files = found.map(({ file, sha256, bytes }) => ({
      filename: file,
      url: `${FILES}/${file}`,
      hashes: { sha256 },
      size: Math.floor((bytes.replace(/=+$/, '').length * 3) / 4),
    }))
    return simple({ meta: { 'api-version': '1.1' }, name, versions: found.map(versionOf), files })
  }
}

const versionOf = ({ file }: Wheel): string => file.split('-')[1] ?? ''
const simple = (value: object): ServerResponse => ({
  status: 200,
  headers: [['Content-Type', SIMPLE]],
  body: JSON.stringify(value),
})
