import type { FileEntry } from '@drydock/playground/rpc'
import { ChevronRight, Download, File, Folder, Pencil, Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { SessionClient } from '../../client/session-client.ts'
import { useText } from '../../messages/use-text.ts'
import { IconButton } from '../kit/icon-button.tsx'
import { childOf, sorted } from './file-paths.ts'
import styles from './file-tree.module.css'

interface Props {
  readonly client: SessionClient
  readonly host: string
  /** The directory whose entries are the first level. */
  readonly top: string
  /** Directories above this one are open at first. */
  readonly unfolded: string
  readonly shown: string | undefined
  readonly onOpen: (path: string) => void
  readonly onDirectory: (path: string) => void
  readonly onDownload: (path: string, directory: boolean) => void
  readonly onRename: (path: string) => void
  readonly onRemove: (path: string) => void
}

/** A directory's entries; those of a directory below are read when it is opened. */
export function FileTree(props: Props) {
  const { client, host, top } = props
  const [entries, setEntries] = useState<readonly FileEntry[]>([])
  useEffect(() => {
    client.api.listFiles(host, top).then(
      (found) => setEntries(sorted(found)),
      () => setEntries([]),
    )
  }, [client, host, top])
  return (
    <ul className={`${styles.tree} ${top === '/' ? styles.first : ''}`}>
      {entries.map((entry) => (
        <Branch key={entry.name} {...props} entry={entry} />
      ))}
    </ul>
  )
}

function Branch({ entry, ...props }: Props & { entry: FileEntry }) {
  const text = useText()
  const { top, unfolded, shown, onOpen, onDirectory, onDownload, onRename, onRemove } = props
  const path = childOf(top, entry.name)
  const directory = entry.kind === 'directory' || entry.leadsToDirectory === true
  const [open, setOpen] = useState(directory && `${unfolded}/`.startsWith(`${path}/`))
  const click = (): void => {
    if (!directory) return onOpen(path)
    setOpen(!open)
    onDirectory(path)
  }
  return (
    <li>
      <div className={styles.row} data-shown={path === shown}>
        <button
          type="button"
          className={styles.name}
          aria-expanded={directory ? open : undefined}
          title={path}
          onClick={click}
        >
          {directory ? <ChevronRight className={styles.arrow} aria-hidden="true" /> : <i className={styles.arrow} />}
          {directory ? <Folder className={styles.folder} aria-hidden="true" /> : <File aria-hidden="true" />}
          <span>{entry.name}</span>
        </button>
        <span className={styles.tools}>
          <IconButton label={text('download')} onClick={() => onDownload(path, directory)}>
            <Download />
          </IconButton>
          <IconButton label={text('rename')} onClick={() => onRename(path)}>
            <Pencil />
          </IconButton>
          <IconButton label={text('remove')} onClick={() => onRemove(path)}>
            <Trash2 />
          </IconButton>
        </span>
      </div>
      {directory && open && <FileTree {...props} top={path} />}
    </li>
  )
}
