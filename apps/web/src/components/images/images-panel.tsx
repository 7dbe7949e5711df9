import type { ImageSummary } from '@drydock/docker-api'
import { Layers, Play, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useEngine } from '../../engine/engine-stores.ts'
import { imageName } from '../../engine/image-facts.ts'
import { useEngineTask } from '../../engine/use-engine-task.ts'
import { useText } from '../../messages/use-text.ts'
import { ageText, sizeText } from '../../messages/sizes.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { Blank } from '../kit/blank.tsx'
import { Filter } from '../kit/filter.tsx'
import { IconButton } from '../kit/icon-button.tsx'
import styles from '../kit/list.module.css'
import { ImageDetail } from './image-detail.tsx'
import { PullForm } from './pull-form.tsx'
import { RunDialog } from './run-dialog.tsx'

/** Images of the instance: pull, run, look at layers, remove. */
export default function ImagesPanel({ host }: PanelProps) {
  const text = useText()
  const { images, containers, state } = useEngine(host.name)
  const { busy, perform } = useEngineTask(host.name)
  const [filter, setFilter] = useState('')
  const [chosen, setChosen] = useState<string>()
  const [running, setRunning] = useState<string>()
  const detail = images.find(({ Id }) => Id === chosen)
  const remove = (image: ImageSummary): void =>
    void perform({
      command: `docker rmi ${imageName(image)}`,
      done: text('actionDone', { action: text('remove'), name: imageName(image) }),
      run: (client) => client.images.remove(imageName(image)),
    })
  const users = (image: ImageSummary): number => containers.filter(({ ImageID }) => ImageID === image.Id).length
  const shown = images.filter((image) => imageName(image).includes(filter.trim().toLowerCase()))
  return (
    <>
      {detail ? (
        <ImageDetail
          host={host.name}
          image={detail}
          all={images}
          onBack={() => setChosen(undefined)}
          onRun={setRunning}
        />
      ) : (
        <>
          <PullForm host={host.name} />
          <div className={styles.tools}>
            <Filter value={filter} onChange={setFilter} label={text('filterImages')} />
          </div>
          {images.length === 0 && (
            <Blank icon={<Layers />} title={text(state === 'up' ? 'noImages' : 'engineStarting')}>
              {text('noImagesHint')}
            </Blank>
          )}
          <ul className={styles.list}>
            {shown.map((image) => (
              <li key={image.Id} className={styles.row}>
                <button type="button" className={styles.main} onClick={() => setChosen(image.Id)}>
                  <Layers aria-hidden="true" />
                  <span className={styles.names}>
                    <b>{imageName(image)}</b>
                    <span>
                      {ageText(image.Created, Date.now(), text('tongue'))} · {text('usedBy', { count: users(image) })}
                    </span>
                  </span>
                  <span className={styles.aside}>{sizeText(image.Size)}</span>
                </button>
                <IconButton label={text('run')} onClick={() => setRunning(imageName(image))}>
                  <Play />
                </IconButton>
                <IconButton label={text('remove')} disabled={busy} onClick={() => remove(image)}>
                  <Trash2 />
                </IconButton>
              </li>
            ))}
          </ul>
        </>
      )}
      {running !== undefined && <RunDialog host={host.name} image={running} onClose={() => setRunning(undefined)} />}
    </>
  )
}
