import type { JsonMessage } from '@drydock/docker-api'
import { Download } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useEngineTask } from '../../engine/use-engine-task.ts'
import { useText } from '../../messages/use-text.ts'
import styles from './pull-form.module.css'

interface LayerProgress {
  readonly current: number
  readonly total: number
}

/** Pulls an image by name, with the progress of its layers in one bar. */
export function PullForm({ host }: { host: string }) {
  const text = useText()
  const { busy, perform } = useEngineTask(host)
  const [layers, setLayers] = useState<ReadonlyMap<string, LayerProgress>>(new Map())
  const pull = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = event.currentTarget
    const name = String(new FormData(form).get('image')).trim()
    setLayers(new Map())
    void perform({
      command: `docker pull ${name}`,
      done: text('pulled', { name }),
      async run(client) {
        for await (const message of client.images.pull(splitName(name))) {
          if (message.error) throw new Error(message.error)
          setLayers((before) => withMessage(before, message))
        }
        form.reset()
      },
    })
  }
  const all = [...layers.values()]
  const [done, total] = [
    all.reduce((sum, { current }) => sum + current, 0),
    all.reduce((sum, { total }) => sum + total, 0),
  ]
  return (
    <form className={styles.form} onSubmit={pull}>
      <input
        className="field-input"
        name="image"
        required
        autoComplete="off"
        spellCheck={false}
        aria-label={text('imageName')}
        placeholder={text('pullPlaceholder')}
      />
      <button type="submit" className="button" disabled={busy}>
        <Download className={styles.icon} aria-hidden="true" />
        {text('pull')}
      </button>
      {busy && <progress className={styles.progress} aria-label={text('pull')} value={done} max={total || 1} />}
    </form>
  )
}

/** `nginx:alpine`, `ghcr.io:443/a/b`, `name@sha256:…`: what comes after the last colon behind the last slash is the tag. */
function splitName(name: string): { fromImage: string; tag: string } {
  const [, repository = name, tag = 'latest'] = /^(.*?)(?::([^:/]+)|@(sha256:[0-9a-f]+))?$/.exec(name) ?? []
  const digest = /@(sha256:[0-9a-f]+)$/.exec(name)?.[1]
  return { fromImage: digest ? name.slice(0, -digest.length - 1) : repository, tag: digest ?? tag }
}

function withMessage(
  layers: ReadonlyMap<string, LayerProgress>,
  { id, status, progressDetail }: JsonMessage,
): ReadonlyMap<string, LayerProgress> {
  if (!id) return layers
  const known = layers.get(id)
  if (progressDetail?.total && status === 'Downloading')
    return new Map(layers).set(id, { current: progressDetail.current ?? 0, total: progressDetail.total })
  return known && /complete|exists/i.test(status ?? '')
    ? new Map(layers).set(id, { ...known, current: known.total })
    : layers
}
