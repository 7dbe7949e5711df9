import { FilePlus, FolderPlus, RefreshCw, X } from 'lucide-react'
import { useId, useState } from 'react'
import { useText } from '../../messages/use-text.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import { useToasts } from '../kit/toasts.tsx'
import { DropZone } from '../terminals/drop-zone.tsx'
import { Editor } from './editor.tsx'
import { childOf, downloadFile, nameIn } from './file-paths.ts'
import { FileTree } from './file-tree.tsx'
import styles from './files-panel.module.css'
import { uploadFiles } from './upload.ts'
import { UploadButton } from './upload-button.tsx'

const HOME = '/root'

/** The editor: the host's files as a tree, open ones as tabs. */
export default function FilesPanel({ view, host, client }: PanelProps) {
  const text = useText()
  const tabs = useId()
  const tabId = (_: string, index: number): string => `${tabs}${index}`
  const say = useToasts((state) => state.say)
  const [open, setOpen] = useState<readonly string[]>([])
  const [shown, setShown] = useState<string>()
  const [directory, setDirectory] = useState(HOME)
  const [turn, setTurn] = useState(0)
  // What was read before one went back is not what stands there now.
  const returned = view.moments.findLast(({ kind }) => kind === 'return')?.id
  const show = (path: string): void => {
    setOpen((before) => (before.includes(path) ? before : [...before, path]))
    setShown(path)
  }
  const close = (path: string): void => {
    const rest = open.filter((other) => other !== path)
    setOpen(rest)
    if (shown === path) setShown(rest.at(-1))
  }
  const attempt = (act: Promise<unknown>): void =>
    void act
      .catch((error: Error) => say({ tone: 'danger', text: error.message }))
      .finally(() => setTurn((times) => times + 1))
  const make = (question: string, act: (path: string) => Promise<unknown>): void => {
    const name = prompt(question)?.trim()
    if (name) attempt(act(childOf(directory, name)))
  }
  return (
    <div className={styles.files}>
      <div className={styles.drop}>
        <DropZone
          client={client}
          host={host.name}
          directory={async () => directory}
          onDone={() => setTurn((times) => times + 1)}
        >
          <div className={styles.side}>
            <div className={styles.tools}>
              <span title={directory}>{directory}</span>
              <IconButton
                label={text('newFile')}
                onClick={() =>
                  make(text('newFile'), async (path) => {
                    await client.api.writeFile(host.name, path, new Uint8Array(0))
                    show(path)
                  })
                }
              >
                <FilePlus />
              </IconButton>
              <IconButton
                label={text('newFolder')}
                onClick={() => make(text('newFolder'), (path) => client.api.makeDirectory(host.name, path))}
              >
                <FolderPlus />
              </IconButton>
              <UploadButton onChosen={(files) => attempt(uploadFiles(client, host.name, directory, files))} />
              <IconButton label={text('reload')} onClick={() => setTurn(turn + 1)}>
                <RefreshCw />
              </IconButton>
            </div>
            <FileTree
              key={`${turn} ${returned}`}
              client={client}
              host={host.name}
              top="/"
              unfolded={directory}
              shown={shown}
              onOpen={show}
              onDirectory={setDirectory}
              onDownload={(path, isDirectory) => void downloadFile(client, host.name, path, say, isDirectory)}
              onRemove={(path) => attempt(client.api.removeFile(host.name, path))}
              onRename={(path) => {
                const name = prompt(text('rename'), nameIn(path))?.trim()
                if (name)
                  attempt(client.api.renameFile(host.name, path, childOf(path.slice(0, path.lastIndexOf('/')), name)))
              }}
            />
          </div>
        </DropZone>
      </div>
      <div className={styles.work}>
        {open.length > 0 && (
          <div className={styles.tabs}>
            {/* A list of tabs holds tabs only, and beside each stands what closes it. */}
            <span role="tablist" aria-label={text('openFiles')} aria-owns={open.map(tabId).join(' ')} />
            {open.map((path, index) => (
              <span key={path} className={styles.tab} data-active={path === shown}>
                <button
                  type="button"
                  role="tab"
                  id={tabId(path, index)}
                  aria-selected={path === shown}
                  title={path}
                  onClick={() => setShown(path)}
                >
                  {nameIn(path)}
                </button>
                <button
                  type="button"
                  className={styles.close}
                  aria-label={text('closeFile', { name: nameIn(path) })}
                  onClick={() => close(path)}
                >
                  <X />
                </button>
              </span>
            ))}
          </div>
        )}
        {shown === undefined ? (
          <p className={styles.nothing}>{text('chooseFile')}</p>
        ) : (
          <Editor key={`${shown} ${returned}`} client={client} host={host.name} path={shown} />
        )}
      </div>
    </div>
  )
}
