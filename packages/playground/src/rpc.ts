/**
 * What the page and the session's worker say to each other. Control calls go by comlink; the bytes of terminals and
 * ports go over MessagePorts of their own, one-way messages with credit for back-pressure.
 */
import type { WindowSize } from '@drydock/abi'

export interface SessionSummary {
  readonly id: string
  readonly createdMs: number
  readonly usedMs: number
  readonly hosts: readonly string[]
}

export interface PublishedPort {
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
  /** The address it is bound to on the host. */
  readonly address: string
  readonly container: string
}

export interface HostView {
  readonly name: string
  readonly address: string
  readonly createdMs: number
  readonly ports: readonly PublishedPort[]
  /** In the swarm that it is a node of, as one of its managers tells. */
  readonly swarmRole?: SwarmRole | undefined
}

export type SwarmRole = 'leader' | 'manager' | 'worker'

/** How hard a host works. */
export interface HostGauge {
  readonly memoryBytes: number
  readonly memoryLimitBytes: number
  /** Part of one processor, 0 to 1 and above. */
  readonly cpuShare: number
}

export type StorageState =
  | { readonly kind: 'saved' }
  | { readonly kind: 'saving' }
  /** Nothing is kept: private mode, storage switched off, unreadable. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** The last save failed; the playground goes on. */
  | { readonly kind: 'failing'; readonly reason: string }

/** A point in time that one can go back to: everything that is kept as it stood before something was done. */
export interface Moment {
  readonly id: number
  readonly atMs: number
  /** A command in a terminal, a click on the page, a file that was written there, or a way back through time. */
  readonly kind: 'command' | 'click' | 'edit' | 'return'
  /** Where, unless it was done to the session. */
  readonly host?: string | undefined
  /** What was done, as one would type it; of a return, what was undone by it. */
  readonly command: string
  /** The moment that a return led to. */
  readonly to?: number | undefined
}

export interface SessionView {
  readonly id: string
  readonly createdMs: number
  readonly hosts: readonly HostView[]
  /** The oldest first. */
  readonly moments: readonly Moment[]
}

/** The view, and what changes all the time. The whole of it is sent after each change: small, and never out of step. */
export interface SessionState extends SessionView {
  readonly storage: StorageState
  /** By the host's name. */
  readonly gauges: Readonly<Record<string, HostGauge>>
}

/** Why a port cannot be reached, as far as it can be known. */
export interface PortDiagnosis {
  readonly reachable: boolean
  readonly reason: string
}

/** A MessagePort, as far as packages know it. */
export interface MessageEndpoint {
  postMessage(message: unknown, transfer?: readonly unknown[]): void
  onmessage: ((event: { data: unknown; ports?: readonly unknown[] }) => void) | null
  /** The other side is gone, however it went; not every browser tells. */
  onclose?: (() => void) | null
  close(): void
}

/** Page to worker on a terminal's port. */
export type TerminalInput =
  /** `command` is the line that these bytes enter, as it stands on the screen behind its prompt. */
  | { readonly kind: 'data'; readonly bytes: Uint8Array; readonly command?: string | undefined }
  /** So many bytes of output are on the screen. */
  | { readonly kind: 'credit'; readonly bytes: number }
  | { readonly kind: 'resize'; readonly size: WindowSize }
/** Worker to page on a terminal's port. */
export type TerminalOutput =
  /** What the page kept of the screen before a reload, or at the moment one went back to; before anything else. */
  | { readonly kind: 'screen'; readonly text: string; readonly since: 'reload' | 'return' }
  /** Said by the host before the shell begins. */
  | { readonly kind: 'greeting'; readonly text: string }
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  /** The login shell ended; another takes its place. */
  | { readonly kind: 'closed' }

/** Either way on the port of a byte stream. */
export type StreamMessage =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  /** So many bytes were read. */
  | { readonly kind: 'credit'; readonly bytes: number }
  /** No more will be written. */
  | { readonly kind: 'end' }
  | { readonly kind: 'close' }

/** One request of a preview. */
export interface PreviewRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly host: string
  readonly headers: readonly (readonly [string, string])[]
  /** Absent where there is none. */
  readonly body?: Uint8Array | undefined
  /** The lock that the page holds as long as it wants the answer. */
  readonly held?: string | undefined
}
/** Service Worker to gateway: requests and what is said of them, each under the request's number. */
export type PreviewAsk =
  | { readonly id: number; readonly kind: 'request'; readonly request: PreviewRequest }
  /** The browser wants no more of the answer, an event stream that was closed for instance. */
  | { readonly id: number; readonly kind: 'cancel' }
  /** So many bytes of the answer were read. */
  | { readonly id: number; readonly kind: 'credit'; readonly bytes: number }
export interface PreviewHead {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly (readonly [string, string])[]
}
/** Gateway to Service Worker. */
export type PreviewAnswer = { readonly id: number } & PreviewResponse
export type PreviewResponse =
  /** All of it, where it is short and its length was told. */
  | { readonly kind: 'whole'; readonly head: PreviewHead; readonly body: Uint8Array }
  | { readonly kind: 'head'; readonly head: PreviewHead }
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly reason: string }
/** Bytes of an answer that may be under way before the browser has to say that it read some. */
export const PREVIEW_WINDOW_BYTES = 1024 * 1024

/** A page of a preview opens a WebSocket, over a port of its own. */
export interface SocketRequest {
  readonly kind: 'socket'
  /** The lock that the page holds as long as the socket is open. */
  readonly held: string
  /** Path and query. */
  readonly target: string
  readonly host: string
  readonly headers: readonly (readonly [string, string])[]
  readonly protocols: readonly string[]
}
/** The bridge to the gateway; the first two bring a port. */
export type BridgeMessage =
  /** Requests of a Service Worker will come on the port. */
  | 'drydock-line'
  | SocketRequest
  /** A page has let go of a lock, or is gone. */
  | { readonly kind: 'left'; readonly held: string }
/** Page to worker on a socket's port. */
export type SocketInput =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array }
  | { readonly kind: 'close'; readonly code?: number | undefined; readonly reason: string }
  /** The page is left. */
  | { readonly kind: 'gone' }
/** Worker to page on a socket's port. */
export type SocketOutput =
  | { readonly kind: 'open'; readonly protocol: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array }
  /** One message more has gone out. */
  | { readonly kind: 'sent'; readonly bytes: number }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string; readonly clean: boolean }
  /** There was no handshake, why. */
  | { readonly kind: 'refused'; readonly reason: string }

export interface FileEntry {
  readonly name: string
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  readonly sizeBytes: number
  readonly mtimeMs: number
  /** Of a link. */
  readonly leadsToDirectory?: boolean
}

/** Files of a host, as root sees them. Every call @throws Error with the path and the words of errno(3). */
export interface FilesApi {
  list(path: string): Promise<readonly FileEntry[]>
  /** @throws Error as well when the file has more than `max` bytes */
  read(path: string, max: number): Promise<Uint8Array>
  /** Makes the file, or replaces what is in it. */
  write(path: string, bytes: Uint8Array): Promise<void>
  mkdir(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** A directory goes with everything in it. */
  remove(path: string): Promise<void>
}

/** The worker's control calls. */
export interface PlaygroundApi {
  sessions(): Promise<readonly SessionSummary[]>
  /**
   * @param wait for whoever has the session now
   * @returns undefined when another has it and nobody waits
   */
  open(sessionId: string, wait: boolean): Promise<SessionState | undefined>
  /** Opens a session that nobody knows yet, with its first host. */
  openNew(sessionId: string): Promise<SessionState | undefined>
  addHost(): Promise<HostView>
  deleteHost(name: string): Promise<void>
  deleteSession(sessionId: string): Promise<void>
  /** The open session as a file. */
  exportSession(): Promise<Uint8Array>
  /** Keeps a session's file under a new id. @throws SessionFileError with what is wrong with the file */
  importSession(file: Uint8Array, sessionId: string): Promise<void>
  /** Saves what is not saved yet. */
  flush(): Promise<void>
  openTerminal(host: string, terminal: string, size: WindowSize, port: MessageEndpoint): Promise<void>
  /** Hangs up and forgets the terminal and its screen. */
  closeTerminal(host: string, terminal: string): Promise<void>
  /** Whatever the page wants kept with a terminal, its scrollback for instance. */
  keepScreen(host: string, terminal: string, text: string): Promise<void>
  /** A click is about to change something: its moment, with the command that does the same. */
  mark(host: string, command: string): Promise<number>
  /** Those that one can go back to, what was done just now among them. */
  moments(): Promise<readonly Moment[]>
  /** Everything that is kept as it was at the moment; what ran is started again. @throws when it is too long ago */
  goBack(moment: number): Promise<void>
  /** Where the terminal's login shell is. */
  workingDirectory(host: string, terminal: string): Promise<string>
  /**
   * A connection to the host's engine, as a stream on `endpoint`; resolves when the engine is up, which it is soon after
   * the first prompt. @throws when nobody listens on its socket
   */
  dialEngine(host: string, endpoint: MessageEndpoint): Promise<void>
  listFiles(host: string, path: string): Promise<readonly FileEntry[]>
  readFile(host: string, path: string, max: number): Promise<Uint8Array>
  writeFile(host: string, path: string, bytes: Uint8Array): Promise<void>
  makeDirectory(host: string, path: string): Promise<void>
  renameFile(host: string, from: string, to: string): Promise<void>
  removeFile(host: string, path: string): Promise<void>
  /** As removeFile, for a click that has its moment already. */
  removeMarked(host: string, paths: readonly string[]): Promise<void>
  /** What `docker compose config` has to say of a file; empty when it is fine. */
  checkCompose(host: string, path: string): Promise<string>
  /** A directory as a .tar.gz. @throws Error with what tar says */
  packDirectory(host: string, path: string): Promise<Uint8Array>
  /** Whoever wants to talk to a port of a host sends a port of its own over `endpoint`; requests come in over that. */
  bridge(host: string, port: number, endpoint: MessageEndpoint): Promise<void>
  diagnose(host: string, port: number): Promise<PortDiagnosis>
}
