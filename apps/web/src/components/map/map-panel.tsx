import { Background, Controls, Handle, type Node, type NodeProps, Position, ReactFlow } from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { Container, Database, Globe, Network, Server } from 'lucide-react'
import type { ComponentType } from 'react'
import { useMemo, useSyncExternalStore } from 'react'
import type { HostView } from '@drydock/playground/rpc'
import { type EngineView, NOTHING } from '../../engine/engine-store.ts'
import { useEngines, useEngineStoresOf } from '../../engine/engine-stores.ts'
import { useText } from '../../messages/use-text.ts'
import { isDark, onThemeChange } from '../../settings/apply-theme.ts'
import { useLayout } from '../../layout/layout-context.ts'
import { useTraffic } from '../../engine/use-traffic.ts'
import type { PanelProps } from '../dock/dock.tsx'
import { useEverywhere } from '../dock/scope.tsx'
import { type MapKind, type MapNode, type Scene, sceneOf, sceneOfAll } from './scene.ts'
import { flowsOf } from './flows.ts'
import { PacketEdge, type PacketEdgeType } from './packet-edge.tsx'
import { arrange, BOX_HEIGHT, ROOMS } from './arrange.ts'
import styles from './map-panel.module.css'

const ICONS: Readonly<Record<MapKind, ComponentType>> = {
  host: Server,
  network: Network,
  container: Container,
  volume: Database,
  port: Globe,
}

type Box = Node<{ readonly node: MapNode }, 'box'>

/** A live picture of instances, networks, containers, ports and volumes, and what flows between them. */
export default function MapPanel({ view, host, onOpenPort }: PanelProps) {
  const text = useText()
  const everywhere = useEverywhere(view)
  const hosts = everywhere ? view.hosts : [host]
  const stores = useEngineStoresOf(hosts.map(({ name }) => name))
  const engines = useEngines(stores)
  const inspect = useLayout((layout) => layout.inspect)
  const traffic = useTraffic(stores)
  const scene = useScene(hosts, engines, everywhere)
  const flows = useMemo(() => flowsOf(scene, traffic), [scene, traffic])
  const dark = useSyncExternalStore(onThemeChange, () => isDark())
  const still = useSyncExternalStore(onMotionChange, () => motion().matches)
  const room = innerWidth <= 720 ? ROOMS.narrow : everywhere ? ROOMS.middle : ROOMS.wide
  const places = useMemo(() => arrange(scene, room), [scene, room])
  const nodes = useMemo(
    () =>
      scene.nodes.map(
        (node): Box => ({
          id: node.id,
          type: 'box',
          position: places.get(node.id) ?? { x: 0, y: 0 },
          width: room.box,
          height: BOX_HEIGHT,
          data: { node },
          ariaLabel: `${node.kind} ${node.name}`,
        }),
      ),
    [scene, places, room],
  )
  const edges: PacketEdgeType[] = scene.edges.map((edge) => ({
    id: `${edge.from} ${edge.to}`,
    type: 'packets',
    source: edge.from,
    target: edge.to,
    data: { flow: flows.get(edge), still },
  }))
  const click = ({ kind, name, host, engineId }: MapNode): void => {
    if (kind === 'port') onOpenPort(Number(name), host)
    else if (kind !== 'host') inspect(`${kind}s`, { host, id: engineId })
  }
  return (
    <div className={styles.map}>
      <ReactFlow
        key={scene.nodes.map(({ id }) => id).join()}
        nodes={nodes}
        edges={edges}
        nodeTypes={BOXES}
        edgeTypes={LINES}
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

/** The same one as long as the engines hold the same: an instance's load changes all the time. */
function useScene(hosts: readonly HostView[], engines: readonly EngineView[], everywhere: boolean): Scene {
  return useMemo(() => {
    const places = hosts.map((host, index) => [host, engines[index] ?? NOTHING] as const)
    const [first] = places
    return everywhere || !first ? sceneOfAll(places) : sceneOf(...first)
  }, [engines, everywhere])
}

const motion = (): MediaQueryList => matchMedia('(prefers-reduced-motion: reduce)')

function onMotionChange(listener: () => void): () => void {
  const query = motion()
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
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
const LINES = { packets: PacketEdge }
