import type { HistoryItem, ImageSummary } from '@drydock/docker-api'
import { Play } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { useEffect, useState } from 'react'
import { useEngineStore } from '../../engine/engine-stores.ts'
import { sizeText } from '../../messages/sizes.ts'
import { useText } from '../../messages/use-text.ts'
import detail from '../containers/container-detail.module.css'
import { DetailHead } from '../kit/detail-head.tsx'
import { InspectView } from '../kit/inspect-view.tsx'
import list from '../kit/list.module.css'
import { imageName } from '../../engine/image-facts.ts'
import styles from './image-detail.module.css'
import { instructionOf, layersOf } from './layers.ts'

interface Props {
  readonly host: string
  readonly image: ImageSummary
  readonly all: readonly ImageSummary[]
  readonly onBack: () => void
  readonly onRun: (image: string) => void
}

/** An image's layers as a picture, shared ones marked, and everything else the engine knows of it. */
export function ImageDetail({ host, image, all, onBack, onRun }: Props) {
  const text = useText()
  const name = imageName(image)
  return (
    <Tabs.Root className={list.detail} defaultValue="layers">
      <DetailHead name={name} facts={sizeText(image.Size)} onBack={onBack}>
        <button type="button" className="button" onClick={() => onRun(name)}>
          <Play className={list.icon} aria-hidden="true" />
          {text('run')}
        </button>
      </DetailHead>
      <Tabs.List className={detail.tabs} aria-label={name}>
        <Tabs.Trigger value="layers" className={detail.tab}>
          {text('layers')}
        </Tabs.Trigger>
        <Tabs.Trigger value="inspect" className={detail.tab}>
          {text('inspect')}
        </Tabs.Trigger>
      </Tabs.List>
      <Tabs.Content value="layers" className={detail.view}>
        <LayersView key={image.Id} host={host} image={image} all={all} />
      </Tabs.Content>
      <Tabs.Content value="inspect" className={detail.view}>
        <InspectView
          host={host}
          command={`docker image inspect ${name}`}
          load={(client) => client.images.inspect(name)}
        />
      </Tabs.Content>
    </Tabs.Root>
  )
}

interface Layer extends HistoryItem {
  /** Other images that have the same layer below them. */
  readonly sharedWith: readonly string[]
}

function LayersView({ host, image, all }: { host: string; image: ImageSummary; all: readonly ImageSummary[] }) {
  const text = useText()
  const layers = useLayers(host, image, all)
  const biggest = Math.max(1, ...layers.map(({ Size }) => Size))
  return (
    <ol className={styles.layers} reversed>
      {layers.map((layer, index) => (
        <li key={index} data-empty={layer.Size === 0} data-shared={layer.sharedWith.length > 0}>
          <span className={styles.bar} style={{ width: `${Math.max(1, 100 * Math.sqrt(layer.Size / biggest))}%` }} />
          <code>{instructionOf(layer.CreatedBy)}</code>
          <span className={styles.size}>{layer.Size === 0 ? text('noBytes') : sizeText(layer.Size)}</span>
          {layer.sharedWith.length > 0 && <small>{text('sharedWith', { names: layer.sharedWith.join(', ') })}</small>}
        </li>
      ))}
    </ol>
  )
}

/** History from the newest step down, its steps with bytes joined to the layers of the root file system. */
function useLayers(host: string, image: ImageSummary, all: readonly ImageSummary[]): readonly Layer[] {
  const store = useEngineStore(host)
  const [layers, setLayers] = useState<readonly Layer[]>([])
  useEffect(() => {
    const read = async (): Promise<readonly Layer[]> => {
      const client = await store.client()
      const history = await client.images.history(image.Id)
      const chains = await Promise.all(
        all.map(async (other) => ({
          name: imageName(other),
          layers: (await client.images.inspect(other.Id)).RootFS.Layers ?? [],
        })),
      )
      const own = chains.find(({ name }) => name === imageName(image))?.layers ?? []
      const others = chains.filter(({ name }) => name !== imageName(image))
      const digests = layersOf(history, own)
      return history.map((item, index) => {
        const digest = digests[index]
        return {
          ...item,
          sharedWith: digest ? others.filter(({ layers }) => layers.includes(digest)).map(({ name }) => name) : [],
        }
      })
    }
    read().then(setLayers, () => setLayers([]))
  }, [store, image.Id, all.length])
  return layers
}
