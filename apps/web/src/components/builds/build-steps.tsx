import type { BuildRecord, BuildStep } from '@drydock/docker-api'
import { ChevronRight } from 'lucide-react'
import { useMemo } from 'react'
import { useText } from '../../messages/use-text.ts'
import { durationText, outputsOf, spanOf } from './build-facts.ts'
import styles from './build-steps.module.css'

/** A build's steps in the order they were begun, each with its part of the time; what it printed unfolds below it. */
export function BuildSteps({ build }: { build: BuildRecord }) {
  const outputs = useMemo(() => outputsOf(build), [build])
  return (
    <ol className={styles.steps}>
      {build.vertexes.map((step) => (
        <li key={step.index}>
          <Step build={build} step={step} output={outputs.get(step.index) ?? []} />
        </li>
      ))}
    </ol>
  )
}

function Step({ build, step, output }: { build: BuildRecord; step: BuildStep; output: readonly string[] }) {
  const text = useText()
  const { from, part } = spanOf(build, step)
  const state = step.error !== '' ? 'failed' : step.cached ? 'cached' : 'done'
  return (
    <details className={styles.step} data-state={state} open={state === 'failed'}>
      <summary>
        <ChevronRight aria-hidden="true" />
        <code title={step.name}>{step.name}</code>
        <span className={styles.took}>{state === 'cached' ? 'CACHED' : durationText(step)}</span>
        <span className={styles.track} aria-hidden="true">
          <i style={{ left: `${100 * from}%`, width: `${100 * part}%` }} />
        </span>
      </summary>
      {output.length > 0 ? (
        <pre tabIndex={0}>{output.join('\n')}</pre>
      ) : (
        <p className={styles.silent}>{text('printedNothing')}</p>
      )}
    </details>
  )
}
