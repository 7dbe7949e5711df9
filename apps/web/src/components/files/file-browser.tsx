import type { FileEntry } from '@drydock/playground/rpc'
import { ChevronRight, Download, File, FileSymlink, Folder, Trash2 } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import type { SessionClient } from '../../client/session-client.ts'
import { useEngineStore } from '../../engine/engine-stores.ts'
import { sizeText } from '../../messages/sizes.ts'
import { useText } from '../../messages/use-text.ts'
import { IconButton } from '../kit/icon-button.tsx'
import { useToasts } from '../kit/toasts.tsx'
import { DropZone } from '../terminals/drop-zone.tsx'
import { EditorWindow } from './editor-window.tsx'
import { childOf, downloadFile, sorted } from './file-paths.ts'
import styles from './file-browser.module.css'
import { type LocalFile, uploadFiles } from './upload.ts'
import { UploadButton } from './upload-button.tsx'

interface Props {
  readonly host: string
  readonly client: SessionClient
  /** The directory that is shown as `/`. */
  readonly root?: string
  /** Or a running container, whose root is shown. */
  readonly container?: string
}

/** Files below a root: look around, open, download, upload, remove. */
export function FileBrowser({ host, client, root, container }: Props) {
  const text = useText()
  const base = useRoot(host, root, container)
  const [path, setPath] = useState('')
  const [entries, setEntries] = useState<readonly FileEntry[]>([])
  const [problem, setProblem] = useState<string>()
  const [open, setOpen] = useState<string>()
  const say = useToasts((state) => state.say)
  const read = useCallback(() => {
    if (base === undefined) return
    client.api.listFiles(host, `${base}${path}` || '/').then(
      (found) => {
        setEntries(sorted(found))
        setProblem(undefined)
      },
      (error: Error) => setProblem(error.message),
    )
  }, [client, host, base, path])
  useEffect(read, [read])
  const remove = async (name: string): Promise<void> => {
    await client.api
      .removeFile(host, childOf(`${base}${path}`, name))
      .catch((error: Error) => say({ tone: 'danger', text: error.message }))
    read()
  }
  if (base === undefined) return null
  const upload = (files: readonly LocalFile[]): void =>
    void uploadFiles(client, host, `${base}${path}`, files)
      .catch((error: Error) => say({ tone: 'danger', text: error.message }))
      .finally(read)
  return (
    <DropZone client={client} host={host} directory={async () => `${base}${path}`} shown={path || '/'} onDone={read}>
      <div className={styles.browser}>
        <div className={styles.bar}>
          <Crumbs path={path} onGo={setPath} />
          <UploadButton onChosen={upload} />
        </div>
        {problem && <p className={styles.problem}>{problem}</p>}
        <ul className={styles.list}>
          {entries.map((entry) => {
            const directory = entry.kind === 'directory' || entry.leadsToDirectory === true
            const whole = childOf(`${base}${path}`, entry.name)
            return (
              <li key={entry.name} className={styles.row}>
                <button
                  type="button"
                  className={styles.name}
                  onClick={() => (directory ? setPath(childOf(path, entry.name)) : setOpen(whole))}
                >
                  <EntryIcon entry={entry} />
                  <span>{entry.name}</span>
                  {!directory && <small>{sizeText(entry.sizeBytes)}</small>}
                </button>
                {!directory && (
                  <IconButton label={text('download')} onClick={() => void downloadFile(client, host, whole, say)}>
                    <Download />
                  </IconButton>
                )}
                <IconButton label={text('remove')} onClick={() => void remove(entry.name)}>
                  <Trash2 />
                </IconButton>
              </li>
            )
          })}
        </ul>
        {open !== undefined && (
          <EditorWindow client={client} host={host} path={open} onClose={() => setOpen(undefined)} />
        )}
      </div>
    </DropZone>
  )
}

function EntryIcon({ entry: { kind } }: { entry: FileEntry }) {
  if (kind === 'directory') return <Folder className={styles.folder} aria-hidden="true" />
  if (kind === 'link') return <FileSymlink aria-hidden="true" />
  return <File aria-hidden="true" />
}

function Crumbs({ path, onGo }: { path: string; onGo: (path: string) => void }) {
  const text = useText()
  const parts = path.split('/').filter((part) => part !== '')
  return (
    <nav className={styles.crumbs} aria-label={text('path')}>
      <button type="button" onClick={() => onGo('')}>
        /
      </button>
      {parts.map((part, index) => (
        <span key={parts.slice(0, index + 1).join('/')}>
          {index > 0 && <ChevronRight aria-hidden="true" />}
          <button type="button" onClick={() => onGo(`/${parts.slice(0, index + 1).join('/')}`)}>
            {part}
          </button>
        </span>
      ))}
    </nav>
  )
}

/** A container's root as proc(5) shows it to the host: `/proc/PID/root`. */
function useRoot(host: string, root: string | undefined, container: string | undefined): string | undefined {
  const store = useEngineStore(host)
  const [found, setFound] = useState(root)
  useEffect(() => {
    if (container === undefined) return setFound(root)
    void store
      .client()
      .then((client) => client.containers.inspect(container))
      .then(({ State }) => setFound(`/proc/${State.Pid}/root`))
      .catch(() => setFound(undefined))
  }, [store, root, container])
  return found
}
