import type { Volume } from '@drydock/docker-api'
import { ArrowLeft, Database, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { nameOf } from '../../engine/container-facts.ts'
import { useEngine } from '../../engine/engine-stores.ts'
import { useEngineTask } from '../../engine/use-engine-task.ts'
import { useText } from '../../messages/use-text.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { FileBrowser } from '../files/file-browser.tsx'
import { Blank } from '../kit/blank.tsx'
import { CreateForm } from '../kit/create-form.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import styles from '../kit/list.module.css'

/** Volumes of the instance, who uses them, and the files in them. */
export default function VolumesPanel({ host, client }: PanelProps) {
  const text = useText()
  const { volumes, containers, state } = useEngine(host.name)
  const { busy, perform } = useEngineTask(host.name)
  const [chosen, setChosen] = useState<string>()
  const detail = volumes.find(({ Name }) => Name === chosen)
  const users = ({ Name }: Volume): string[] =>
    containers.filter(({ Mounts }) => Mounts.some((mount) => mount.Name === Name)).map(nameOf)
  const create = (name: string): Promise<boolean> =>
    perform({
      command: `docker volume create ${name}`,
      done: text('created', { name }),
      run: (engine) => engine.volumes.create({ Name: name }),
    })
  const remove = ({ Name }: Volume): void =>
    void perform({
      command: `docker volume rm ${Name}`,
      done: text('actionDone', { action: text('remove'), name: Name }),
      run: (engine) => engine.volumes.remove(Name),
    })
  if (detail)
    return (
      <div className={styles.detail}>
        <header className={styles.head}>
          <IconButton label={text('back')} onClick={() => setChosen(undefined)}>
            <ArrowLeft />
          </IconButton>
          <span className={styles.names}>
            <b>{detail.Name}</b>
            <span>{detail.Mountpoint}</span>
          </span>
        </header>
        <FileBrowser host={host.name} client={client} root={detail.Mountpoint} />
      </div>
    )
  return (
    <>
      <CreateForm label={text('volumeName')} busy={busy} onCreate={create} />
      {volumes.length === 0 && (
        <Blank icon={<Database />} title={text(state === 'up' ? 'noVolumes' : 'engineStarting')}>
          {text('noVolumesHint')} <code>docker run -v data:/data …</code>
        </Blank>
      )}
      <ul className={styles.list}>
        {volumes.map((volume) => (
          <li key={volume.Name} className={styles.row}>
            <button type="button" className={styles.main} onClick={() => setChosen(volume.Name)}>
              <Database aria-hidden="true" />
              <span className={styles.names}>
                <b>{volume.Name}</b>
                <span>{users(volume).join(', ') || text('unused')}</span>
              </span>
              <span className={styles.aside}>{volume.Driver}</span>
            </button>
            <IconButton label={text('remove')} disabled={busy} onClick={() => remove(volume)}>
              <Trash2 />
            </IconButton>
          </li>
        ))}
      </ul>
    </>
  )
}
