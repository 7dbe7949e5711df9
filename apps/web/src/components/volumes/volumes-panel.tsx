import type { Volume } from '@drydock/docker-api'
import { ArrowLeft, Database, Trash2 } from 'lucide-react'
import { nameOf } from '../../engine/container-facts.ts'
import { useEngine } from '../../engine/engine-stores.ts'
import { useEngineTask } from '../../engine/use-engine-task.ts'
import { useChosen } from '../../layout/layout-context.ts'
import { useText } from '../../messages/use-text.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { ByInstance, Nothing } from '../dock/scope.tsx'
import { FileBrowser } from '../files/file-browser.tsx'
import { Blank } from '../kit/blank.tsx'
import { CreateForm } from '../kit/create-form.tsx'
import { useGrowing } from '../kit/growing.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import styles from '../kit/list.module.css'

/** Volumes, who uses them, and the files in them. */
export default function VolumesPanel({ view, host, client }: PanelProps) {
  const text = useText()
  const { busy, perform } = useEngineTask(host.name)
  const [chosen, setChosen] = useChosen()
  const { volumes } = useEngine(chosen?.host ?? host.name)
  const detail = chosen && volumes.find(({ Name }) => Name === chosen.id)
  const create = (name: string): Promise<boolean> =>
    perform({
      command: `docker volume create ${name}`,
      done: text('created', { name }),
      run: (engine) => engine.volumes.create({ Name: name }),
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
        <FileBrowser host={chosen.host} client={client} root={detail.Mountpoint} />
      </div>
    )
  return (
    <>
      <CreateForm label={text('volumeName')} busy={busy} onCreate={create} />
      <ByInstance view={view} host={host}>
        {(each, alone) => (
          <Volumes host={each.name} alone={alone} onShow={(id) => setChosen({ host: each.name, id })} />
        )}
      </ByInstance>
    </>
  )
}

interface ListProps {
  readonly host: string
  readonly alone: boolean
  readonly onShow: (name: string) => void
}

function Volumes({ host, alone, onShow }: ListProps) {
  const text = useText()
  const { volumes, containers, state } = useEngine(host)
  const { busy, perform } = useEngineTask(host)
  const { count, end } = useGrowing(volumes.length)
  const users = ({ Name }: Volume): string[] =>
    containers.filter(({ Mounts }) => Mounts.some((mount) => mount.Name === Name)).map(nameOf)
  const remove = ({ Name }: Volume): void =>
    void perform({
      command: `docker volume rm ${Name}`,
      done: text('actionDone', { action: text('remove'), name: Name }),
      run: (engine) => engine.volumes.remove(Name),
    })
  if (volumes.length === 0) return <NoVolumes starting={state !== 'up'} alone={alone} />
  return (
    <>
      <ul className={styles.list}>
        {volumes.slice(0, count).map((volume) => (
          <li key={volume.Name} className={styles.row}>
            <button type="button" className={styles.main} onClick={() => onShow(volume.Name)}>
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
      {end}
    </>
  )
}

function NoVolumes({ starting, alone }: { starting: boolean; alone: boolean }) {
  const text = useText()
  const title = text(starting ? 'engineStarting' : 'noVolumes')
  if (!alone) return <Nothing>{title}</Nothing>
  return (
    <Blank icon={<Database />} title={title}>
      {text('noVolumesHint')} <code>docker run -v data:/data …</code>
    </Blank>
  )
}
