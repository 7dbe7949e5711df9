import type { FileEntry } from '@drydock/playground/rpc'
import type { SessionClient } from '../../client/session-client.ts'
import type { Toast } from '../kit/toasts.tsx'

/** Larger files are not opened in the editor. */
export const MOST_EDITED_BYTES = 2 * 1024 * 1024
const MOST_DOWNLOADED_BYTES = 256 * 1024 * 1024

export const childOf = (directory: string, name: string): string => `${directory === '/' ? '' : directory}/${name}`
export const nameIn = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/'

const rank = ({ kind, leadsToDirectory }: FileEntry): number => (kind === 'directory' || leadsToDirectory ? 0 : 1)

/** Directories first, then by name as people read them. */
export const sorted = (entries: readonly FileEntry[]): readonly FileEntry[] =>
  entries.toSorted(
    (a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, undefined, { numeric: true, sensitivity: 'base' }),
  )

/** Hands a file of the host to the browser's downloads; a directory as a .tar.gz. */
export async function downloadFile(
  client: SessionClient,
  host: string,
  path: string,
  say: (toast: Toast) => void,
  directory = false,
): Promise<void> {
  try {
    const bytes = directory
      ? await client.api.packDirectory(host, path)
      : await client.api.readFile(host, path, MOST_DOWNLOADED_BYTES)
    handOver(new Blob([bytes as Uint8Array<ArrayBuffer>]), nameIn(path) + (directory ? '.tar.gz' : ''))
  } catch (error) {
    say({ tone: 'danger', text: error instanceof Error ? error.message : String(error) })
  }
}

export function handOver(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
