import type { BuildRecord } from '@drydock/docker-api'
import { Tabs } from 'radix-ui'
import { useState } from 'react'
import { useText } from '../../messages/use-text.ts'
import detail from '../containers/container-detail.module.css'
import { DetailHead } from '../kit/detail-head.tsx'
import { InspectView } from '../kit/inspect-view.tsx'
import list from '../kit/list.module.css'
import { buildDuration, buildName } from './build-facts.ts'
import { BuildSteps } from './build-steps.tsx'
import { BuildSourceView } from './build-source.tsx'
import styles from './build-detail.module.css'

interface Props {
  readonly host: string
  readonly build: BuildRecord
  readonly onBack: () => void
}

const VIEWS = ['steps', 'dockerfile', 'logs', 'inspect'] as const

/** One build: its steps and what they printed, the Dockerfile, and where in it the build failed. */
export function BuildDetail({ host, build, onBack }: Props) {
  const text = useText()
  const [shown, show] = useState<string>('steps')
  return (
    <Tabs.Root className={list.detail} value={shown} onValueChange={show}>
      <DetailHead
        name={buildName(build)}
        facts={`${build.platform} · ${buildDuration(build)} · ${text('fromCache', { cached: build.cached, steps: build.steps })}`}
        onBack={onBack}
      />
      {build.status === 'Error' && <Failure build={build} onPlace={() => show('dockerfile')} />}
      <Tabs.List className={detail.tabs} aria-label={buildName(build)}>
        {VIEWS.map((view) => (
          <Tabs.Trigger key={view} value={view} className={detail.tab}>
            {text(view)}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      <Tabs.Content value="steps" className={detail.view}>
        <BuildSteps build={build} />
      </Tabs.Content>
      <Tabs.Content value="dockerfile" className={detail.view}>
        <BuildSourceView source={build.source} />
      </Tabs.Content>
      <Tabs.Content value="logs" className={detail.view}>
        <code className={styles.command}>$ docker buildx history logs {build.ref}</code>
        <pre className={styles.log} tabIndex={0}>
          {build.log}
        </pre>
      </Tabs.Content>
      <Tabs.Content value="inspect" className={detail.view}>
        <InspectView
          host={host}
          command={`docker buildx history inspect ${build.ref}`}
          load={async () => factsOf(build)}
        />
      </Tabs.Content>
    </Tabs.Root>
  )
}

/** Why it failed, and the way to the line. */
function Failure({ build, onPlace }: { build: BuildRecord; onPlace: () => void }) {
  const { error, dockerfile, source } = build
  return (
    <p className={styles.failure}>
      <span>{error}</span>
      {source.start > 0 && (
        <button type="button" className="button small" onClick={onPlace}>
          {dockerfile.split('/').at(-1)}:{source.start}
        </button>
      )}
    </p>
  )
}

/** What the other views do not show. */
function factsOf(build: BuildRecord): object {
  const { log: _log, vertexes: _steps, source: _source, createdAt, completedAt, ...facts } = build
  return {
    ...facts,
    createdAt: new Date(createdAt).toISOString(),
    completedAt: new Date(completedAt).toISOString(),
  }
}
