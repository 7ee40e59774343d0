import type { FC } from 'hono/jsx'
import type { Graph, GraphEdge, GraphNode } from '../../../core/api/graph.js'
import { nodeHrefs } from '../links.js'

/** Pixels of the drawing at its natural size. */
const ROW = 30
const WIDTH = 1120
const COLUMNS: Readonly<Record<GraphNode['kind'], { x: number; width: number }>> = {
  intent: { x: 16, width: 290 },
  capability: { x: 420, width: 330 },
  tool: { x: 860, width: 200 },
}
/** Pixels a letter, on average, at the drawing's 13 px. */
const LETTER = 6.9

interface Placed extends GraphNode {
  x: number
  y: number
}

function place(nodes: readonly GraphNode[]): { placed: Map<string, Placed>; height: number } {
  const counts = { intent: 0, capability: 0, tool: 0 }
  for (const { kind } of nodes) counts[kind]++
  const height = Math.max(...Object.values(counts), 3) * ROW
  const placed = nodes.map((node) => ({
    ...node,
    x: COLUMNS[node.kind].x,
    y: Math.round(((node.row + 0.5) * height) / Math.max(1, counts[node.kind])),
  }))
  return { placed: new Map(placed.map((node) => [node.id, node])), height }
}

/** Line width: recorded matches on a logarithmic scale, so that the hundredth still shows beside the thousandth. */
export const widthOf = ({ matches }: GraphEdge): number =>
  matches && matches.timesMatched > 0 ? Math.min(9, 1.5 + 1.2 * Math.log2(1 + matches.timesMatched)) : 1

/** Where the text of a node ends: a line starts there rather than at the column's edge. */
const endOf = ({ x, label, kind }: Placed): number =>
  Math.round(x + Math.min(COLUMNS[kind].width, label.length * LETTER) + 8)

const Edge: FC<{ edge: GraphEdge; placed: ReadonlyMap<string, Placed> }> = ({ edge, placed }) => {
  const [a, b] = [placed.get(edge.from), placed.get(edge.to)]
  if (!a || !b) return null
  const [left, right] = a.x <= b.x ? [a, b] : [b, a]
  const from = endOf(left)
  const middle = (left.x + COLUMNS[left.kind].width + right.x) / 2
  const out = Math.max(from, endOf(right)) + 24 + Math.abs(left.y - right.y) / 10
  const path =
    left.x === right.x
      ? `M${from} ${left.y}C${out} ${left.y} ${out} ${right.y} ${endOf(right)} ${right.y}`
      : `M${from} ${left.y}C${middle} ${left.y} ${middle} ${right.y} ${right.x - 8} ${right.y}`
  return (
    <path
      class={`edge ${edge.kind}`}
      d={path}
      stroke-width={Math.round(widthOf(edge) * 10) / 10}
      stroke-opacity={edge.kind === 'serves' ? Math.round((0.3 + 0.6 * edge.weight) * 100) / 100 : 0.45}
    />
  )
}

const clipped = (text: string, width: number): string => {
  const most = Math.floor(width / LETTER)
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`
}

const Node: FC<{ node: Placed; href: string | undefined }> = ({ node, href }) => {
  const drawing = (
    <>
      <title>{node.label}</title>
      <rect class="hit" x={node.x - 8} y={node.y - 13} width={endOf(node) - node.x + 6} height="26" rx="6" />
      <text x={node.x} y={node.y + 4.5}>
        {clipped(node.label, COLUMNS[node.kind].width)}
      </text>
    </>
  )
  const names = `node ${node.kind}${node.focus ? ' focus' : ''}`
  return href ? (
    <a class={names} href={href} aria-label={node.label}>
      {drawing}
    </a>
  ) : (
    <g class={names}>{drawing}</g>
  )
}

/** Needs, capabilities and tools in three columns; the wider a line, the more matches were recorded on it. */
export const GraphSvg: FC<{ graph: Graph }> = ({ graph }) => {
  const { placed, height } = place(graph.nodes)
  const hrefs = nodeHrefs(graph)
  const box = `0 0 ${WIDTH} ${height}`
  return (
    <svg class="graph" viewBox={box} width={WIDTH} height={height}>
      <title>{graph.title}</title>
      {graph.edges.map((edge) => (
        <Edge edge={edge} placed={placed} />
      ))}
      {[...placed.values()].map((node) => (
        <Node node={node} href={hrefs.get(node.id)} />
      ))}
    </svg>
  )
}
