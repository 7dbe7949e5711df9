import { Agent } from './http-agent.ts'
import { ClientRequest, request } from './http-client.ts'
import { IncomingMessage, OutgoingMessage, validateHeaderName, validateHeaderValue } from './http-messages.ts'
import { Server, ServerResponse } from './http-server.ts'
import { Server as NetServer } from './net.ts'
import { HttpsAgent, HttpsServer } from './https.ts'
import { METHODS, STATUS_CODES } from './http-words.ts'

for (const [Class, name] of [
  [NetServer, 'Server'],
  [Server, 'Server'],
] as const)
  Object.defineProperty(Class, 'name', { value: name })

/** One module for each of the two protocols; beyond the router https goes in clear. */
export function httpModule(protocol: 'http:' | 'https:'): Record<string, unknown> {
  const Own = protocol === 'http:' ? Agent : HttpsAgent
  const OwnServer = protocol === 'http:' ? Server : HttpsServer
  let usual = new Own({ keepAlive: true, scheduling: 'lifo', timeout: 5000 })
  return {
    METHODS,
    STATUS_CODES,
    Agent: Own,
    ClientRequest,
    IncomingMessage,
    OutgoingMessage,
    Server: OwnServer,
    ServerResponse,
    createServer: (...args: unknown[]) => new OwnServer(...args),
    validateHeaderName,
    validateHeaderValue,
    get: (...args: unknown[]) => request(usual, args).end(),
    request: (...args: unknown[]) => request(usual, args),
    setMaxIdleHTTPParsers: () => undefined,
    maxHeaderSize: 16_384,
    get globalAgent() {
      return usual
    },
    set globalAgent(agent: Agent) {
      usual = agent
    },
  }
}
