import { Background, Controls, type Edge, Handle, type Node, type NodeProps, Position, ReactFlow } from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { Container, Database, Globe, Network, Server } from 'lucide-react'
import type { ComponentType } from 'react'
import { useMemo, useSyncExternalStore } from 'react'
import { useEngine } from '../../engine/engine-stores.ts'
import { useText } from '../../messages/use-text.ts'
import { isDark, onThemeChange } from '../../settings/apply-theme.ts'
import { useLayout } from '../../layout/layout-context.ts'
import { useTraffic } from '../../engine/use-traffic.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { type MapKind, type MapNode, sceneOf } from './scene.ts'
import { arrange, ROOMS } from './arrange.ts'
import styles from './map-panel.module.css'

const ICONS: Readonly<Record<MapKind, ComponentType>> = {
  host: Server,
  network: Network,
  container: Container,
  volume: Database,
  port: Globe,
}

type Box = Node<{ readonly node: MapNode }, 'box'>

/** A live picture of the instance: networks, containers, ports and volumes, and what flows between them. */
export default function MapPanel({ host, onOpenPort }: PanelProps) {
  const text = useText()
  const engine = useEngine(host.name)
  const showPanel = useLayout((layout) => layout.showPanel)
  const busy = useTraffic(host.name, engine.containers)
  const scene = useMemo(() => sceneOf(host.name, engine), [host.name, engine])
  const dark = useSyncExternalStore(onThemeChange, () => isDark())
  const room = innerWidth <= 720 ? ROOMS.narrow : ROOMS.wide
  const places = useMemo(() => arrange(scene, room), [scene, room])
  const nodes: Box[] = scene.nodes.map((node) => ({
    id: node.id,
    type: 'box',
    position: places.get(node.id) ?? { x: 0, y: 0 },
    style: { width: room.box },
    data: { node },
    ariaLabel: `${node.kind} ${node.name}`,
  }))
  const edges: Edge[] = scene.edges.map(({ from, to, container }) => ({
    id: `${from} ${to}`,
    source: from,
    target: to,
    animated: container !== undefined && busy.has(container),
    className: container !== undefined && busy.has(container) ? (styles.busy ?? '') : '',
  }))
  const click = (node: MapNode): void => {
    if (node.kind === 'port') onOpenPort(Number(node.name))
    else if (node.kind !== 'host') showPanel(`${node.kind}s`)
  }
  return (
    <div className={styles.map}>
      <ReactFlow
        key={scene.nodes.map(({ id }) => id).join()}
        nodes={nodes}
        edges={edges}
        nodeTypes={BOXES}
        colorMode={dark ? 'dark' : 'light'}
        fitView
        // What cannot be read is of no use: a large map is moved about.
        fitViewOptions={{ padding: 0.05, minZoom: 0.7, maxZoom: 1.1 }}
        nodesConnectable={false}
        edgesFocusable={false}
        proOptions={{ hideAttribution: false }}
        onNodeClick={(_, { data }) => click(data.node)}
        aria-label={text('map')}
      >
        <Background />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  )
}

function MapBox({ data: { node } }: NodeProps<Box>) {
  const Icon = ICONS[node.kind]
  return (
    <div className={styles.box} data-kind={node.kind} data-tone={node.tone} title={node.name}>
      <Handle type="target" position={Position.Left} className={styles.handle} />
      <span className={styles.icon}>
        <Icon />
      </span>
      <span className={styles.words}>
        <b>{node.name}</b>
        {node.aside && <span>{node.aside}</span>}
      </span>
      <Handle type="source" position={Position.Right} className={styles.handle} />
    </div>
  )
}

const BOXES = { box: MapBox }
