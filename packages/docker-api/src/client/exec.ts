import type { ByteStream } from '@drydock/abi'
import type { ExecCreateBody, ExecInspect, ExecStartBody } from '../types/exec.ts'
import type { Transport } from './transport.ts'

/** /exec. Every method @throws ApiError, ConnectionError. */
export class ExecClient {
  private readonly transport: Transport
  constructor(transport: Transport) {
    this.transport = transport
  }

  create(container: string, body: ExecCreateBody): Promise<{ Id: string }> {
    const path = `/containers/${encodeURIComponent(container)}/exec`
    return this.transport.json({ method: 'POST', path, json: body })
  }
  /** Starts it with its streams on the connection. */
  attach(id: string, body: ExecStartBody): Promise<{ stream: ByteStream; contentType: string }> {
    return this.transport.hijack({ method: 'POST', path: `/exec/${id}/start`, json: body })
  }
  startDetached(id: string, body: ExecStartBody = {}): Promise<void> {
    return this.transport.done({ method: 'POST', path: `/exec/${id}/start`, json: { ...body, Detach: true } })
  }
  inspect(id: string): Promise<ExecInspect> {
    return this.transport.json({ method: 'GET', path: `/exec/${id}/json` })
  }
  resize(id: string, size: { h: number; w: number }): Promise<void> {
    return this.transport.done({ method: 'POST', path: `/exec/${id}/resize`, query: size })
  }
}
