import { BaseEdge, type Edge, type EdgeProps, getBezierPath } from '@xyflow/react'
import type { EdgeFlow } from './flows.ts'
import styles from './map-panel.module.css'

export type PacketEdgeType = Edge<{ readonly flow: EdgeFlow | undefined; readonly still: boolean }, 'packets'>

const CROSSING_S = 1.1
/** However many there are in truth. */
const MOST_DRAWN = 3

/** A line with the packets that go along it, both ways; one in its middle where nothing is to move. */
export function PacketEdge(props: EdgeProps<PacketEdgeType>) {
  const [path, x, y] = getBezierPath(props)
  const { flow, still } = props.data ?? {}
  return (
    <g className={flow ? styles.busy : ''}>
      <BaseEdge id={props.id} path={path} />
      {flow && still && <circle className={styles.packet} data-packet="still" r={4} cx={x} cy={y} />}
      {flow && !still && (
        <>
          <Packets path={path} count={flow.forth} way="forth" />
          <Packets path={path} count={flow.back} way="back" />
        </>
      )}
    </g>
  )
}

function Packets({ path, count, way }: { path: string; count: number; way: 'forth' | 'back' }) {
  const drawn = Math.min(MOST_DRAWN, Math.ceil(Math.log2(count + 1)))
  return Array.from({ length: drawn }, (_, index) => (
    <circle key={index} className={styles.packet} data-packet={way} r={3}>
      <animateMotion
        path={path}
        dur={`${CROSSING_S}s`}
        begin={`${(-CROSSING_S * (index + (way === 'back' ? 0.5 : 0))) / drawn}s`}
        repeatCount="indefinite"
        calcMode="linear"
        keyTimes="0;1"
        keyPoints={way === 'forth' ? '0;1' : '1;0'}
      />
    </circle>
  ))
}
