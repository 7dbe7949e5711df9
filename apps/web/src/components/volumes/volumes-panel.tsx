import type { Volume } from '@drydock/docker-api'
import { Database, Trash2 } from 'lucide-react'
import { nameOf } from '../../engine/container-facts.ts'
import { useEngine } from '../../engine/engine-stores.ts'
import { useEngineTask } from '../../engine/use-engine-task.ts'
import { useChosen } from '../../layout/layout-context.ts'
import { useText } from '../../messages/use-text.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { EmptyList } from '../dock/empty-list.tsx'
import { ByInstance } from '../dock/scope.tsx'
import { FileBrowser } from '../files/file-browser.tsx'
import { CreateForm } from '../kit/create-form.tsx'
import { DetailHead } from '../kit/detail-head.tsx'
import { GrowingList } from '../kit/growing.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import { ListRow } from '../kit/list-row.tsx'
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
        <DetailHead name={detail.Name} facts={detail.Mountpoint} onBack={() => setChosen(undefined)} />
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
    <GrowingList items={volumes}>
      {(volume) => (
        <ListRow
          key={volume.Name}
          icon={<Database aria-hidden="true" />}
          name={volume.Name}
          facts={users(volume).join(', ') || text('unused')}
          aside={volume.Driver}
          onShow={() => onShow(volume.Name)}
        >
          <IconButton label={text('remove')} disabled={busy} onClick={() => remove(volume)}>
            <Trash2 />
          </IconButton>
        </ListRow>
      )}
    </GrowingList>
  )
}

function NoVolumes({ starting, alone }: { starting: boolean; alone: boolean }) {
  const text = useText()
  return (
    <EmptyList alone={alone} icon={<Database />} title={text(starting ? 'engineStarting' : 'noVolumes')}>
      {text('noVolumesHint')} <code>docker run -v data:/data …</code>
    </EmptyList>
  )
}
