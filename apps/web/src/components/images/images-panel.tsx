import type { ImageSummary } from '@drydock/docker-api'
import { Layers, Play, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useEngine } from '../../engine/engine-stores.ts'
import { imageName } from '../../engine/image-facts.ts'
import { useEngineTask } from '../../engine/use-engine-task.ts'
import { useText } from '../../messages/use-text.ts'
import { ageText, sizeText } from '../../messages/sizes.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { EmptyList } from '../dock/empty-list.tsx'
import { ByInstance } from '../dock/scope.tsx'
import { Filter } from '../kit/filter.tsx'
import { GrowingList } from '../kit/growing.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import { ListRow } from '../kit/list-row.tsx'
import styles from '../kit/list.module.css'
import { ImageDetail } from './image-detail.tsx'
import { PullForm } from './pull-form.tsx'
import { RunDialog } from './run-dialog.tsx'

/** An image of one of the instances. */
interface Chosen {
  readonly host: string
  readonly image: string
}

/** Images: pull, run, look at layers, remove. */
export default function ImagesPanel({ view, host }: PanelProps) {
  const text = useText()
  const [filter, setFilter] = useState('')
  const [chosen, setChosen] = useState<Chosen>()
  const [running, setRunning] = useState<Chosen>()
  const { images } = useEngine(chosen?.host ?? host.name)
  const detail = chosen && images.find(({ Id }) => Id === chosen.image)
  return (
    <>
      {detail ? (
        <ImageDetail
          host={chosen.host}
          image={detail}
          all={images}
          onBack={() => setChosen(undefined)}
          onRun={(image) => setRunning({ host: chosen.host, image })}
        />
      ) : (
        <>
          <PullForm host={host.name} />
          <div className={styles.tools}>
            <Filter value={filter} onChange={setFilter} label={text('filterImages')} />
          </div>
          <ByInstance view={view} host={host}>
            {({ name }, alone) => (
              <Images
                host={name}
                filter={filter.trim().toLowerCase()}
                alone={alone}
                onShow={(image) => setChosen({ host: name, image })}
                onRun={(image) => setRunning({ host: name, image })}
              />
            )}
          </ByInstance>
        </>
      )}
      {running && <RunDialog host={running.host} image={running.image} onClose={() => setRunning(undefined)} />}
    </>
  )
}

interface ListProps {
  readonly host: string
  readonly filter: string
  readonly alone: boolean
  readonly onShow: (id: string) => void
  readonly onRun: (name: string) => void
}

function Images({ host, filter, alone, onShow, onRun }: ListProps) {
  const text = useText()
  const { images, containers, state } = useEngine(host)
  const { busy, perform } = useEngineTask(host)
  const shown = images.filter((image) => imageName(image).includes(filter))
  const remove = (image: ImageSummary): void =>
    void perform({
      command: `docker rmi ${imageName(image)}`,
      done: text('actionDone', { action: text('remove'), name: imageName(image) }),
      run: (client) => client.images.remove(imageName(image)),
    })
  const usedBy = (image: ImageSummary): string => {
    const count = containers.filter(({ ImageID }) => ImageID === image.Id).length
    return count === 0 ? text('unused') : text('usedBy', { count })
  }
  if (images.length === 0) return <NoImages starting={state !== 'up'} alone={alone} />
  return (
    <GrowingList items={shown}>
      {(image) => (
        <ListRow
          key={image.Id}
          icon={<Layers aria-hidden="true" />}
          name={imageName(image)}
          facts={`${ageText(image.Created, Date.now(), text('tongue'))} · ${usedBy(image)}`}
          aside={sizeText(image.Size)}
          onShow={() => onShow(image.Id)}
        >
          <IconButton label={text('run')} onClick={() => onRun(imageName(image))}>
            <Play />
          </IconButton>
          <IconButton label={text('remove')} disabled={busy} onClick={() => remove(image)}>
            <Trash2 />
          </IconButton>
        </ListRow>
      )}
    </GrowingList>
  )
}

function NoImages({ starting, alone }: { starting: boolean; alone: boolean }) {
  const text = useText()
  return (
    <EmptyList alone={alone} icon={<Layers />} title={text(starting ? 'engineStarting' : 'noImages')}>
      {text('noImagesHint')}
    </EmptyList>
  )
}
