import type { BuildSource } from '@drydock/docker-api'
import { useEffect, useRef } from 'react'
import { useText } from '../../messages/use-text.ts'
import styles from './build-source.module.css'

/** The Dockerfile as it was built; the lines that failed are marked. */
export function BuildSourceView({ source }: { source: BuildSource }) {
  const text = useText()
  const box = useRef<HTMLDivElement>(null)
  const { filename, data, start, end } = source
  useEffect(() => {
    const { current } = box
    if (!current || data === '') return
    let close: (() => void) | undefined
    let over = false
    void import('../files/code-reader.ts')
      .then(({ openReader }) => openReader({ parent: current, path: `/${filename}`, content: data, start, end }))
      .then((closes) => (over ? closes() : (close = closes)))
    return () => {
      over = true
      close?.()
    }
  }, [filename, data, start, end])
  if (data === '') return <p className={styles.none}>{text('sourceUnknown')}</p>
  return <div className={styles.source} ref={box} />
}
