import { short } from './table.js'

/** Colours for light and dark pages, as the reader's browser asks. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .small { font-size: 11px; fill: #57606a }
  .own { fill: #0969da; stroke: #0969da } .other { fill: #8c959f; stroke: #8c959f }
  .line { fill: none; stroke-width: 2 } .axis { stroke: #d0d7de }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9198a1 }
    .own { fill: #58a6ff; stroke: #58a6ff } .other { fill: #6e7681; stroke: #6e7681 } .axis { stroke: #3d444d }
  }`

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const svg = (width: number, height: number, title: string, body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}"><style>${STYLE}</style>\n<text x="0" y="16">${escaped(title)}</text>\n${body}\n</svg>\n`

export interface Bar {
  name: string
  value: number
  own: boolean
}

const [NAMES, BARS, ROW, TOP] = [170, 420, 26, 34]

/** Horizontal bars from zero, so that lengths compare. */
export function bars(title: string, unit: string, all: readonly Bar[]): string {
  const most = Math.max(...all.map(({ value }) => value))
  const rows = all.map(({ name, value, own }, i) => {
    const y = TOP + i * ROW
    const width = Math.max(1.5, (value / most) * BARS)
    return (
      `<text x="${NAMES - 8}" y="${y + 13}" text-anchor="end">${escaped(name)}</text>` +
      `<rect class="${own ? 'own' : 'other'}" x="${NAMES}" y="${y}" width="${width.toFixed(1)}" height="17" rx="2"/>` +
      `<text x="${(NAMES + width + 7).toFixed(1)}" y="${y + 13}">${short(value)} ${unit}</text>`
    )
  })
  return svg(NAMES + BARS + 100, TOP + all.length * ROW + 4, title, rows.join('\n'))
}

export interface Panel {
  title: string
  /** [x, y] of each point, all above zero. */
  points: readonly (readonly [number, number])[]
}

const [WIDE, HIGH, GAP] = [210, 130, 30]

/** Small curves side by side, both axes logarithmic: from corner to corner is proportional growth. */
export function curves(title: string, panels: readonly Panel[]): string {
  const body = panels.map((panel, i) => curve(panel, i * (WIDE + GAP)))
  return svg(panels.length * (WIDE + GAP), HIGH + 84, title, body.join('\n'))
}

function curve({ title, points }: Panel, left: number): string {
  const [xs, ys] = [points.map(([x]) => Math.log10(x)), points.map(([, y]) => Math.log10(y))]
  const lowest = Math.min(...ys)
  // as many decades up as there are across, so that a flat line means that little grows
  const decades = Math.max(rangeOf(xs), rangeOf(ys)) || 1
  const at = (i: number) => {
    const x = left + 16 + ((xs[i]! - Math.min(...xs)) / (rangeOf(xs) || 1)) * (WIDE - 40)
    return [x, 56 + HIGH - ((ys[i]! - lowest) / decades) * (HIGH - 26) - 4] as const
  }
  const path = points.map((_, i) =>
    at(i)
      .map((n) => n.toFixed(1))
      .join(','),
  )
  const marks = points.map(([x, y], i) => {
    const [px, py] = at(i).map((n) => n.toFixed(1))
    return (
      `<circle class="own" cx="${px}" cy="${py}" r="3"/><text class="small" x="${px}" y="${Number(py) - 8}" text-anchor="middle">${short(y)}</text>` +
      `<text class="small" x="${px}" y="${56 + HIGH + 15}" text-anchor="middle">${compact(x)}</text>`
    )
  })
  const base = 56 + HIGH
  return (
    `<text class="small" x="${left}" y="40">${escaped(title)}</text><path class="axis" d="M${left},${base}h${WIDE}"/>` +
    `<polyline class="own line" points="${path.join(' ')}"/>${marks.join('')}`
  )
}

const rangeOf = (values: readonly number[]) => Math.max(...values) - Math.min(...values)
const compact = (x: number) => x.toLocaleString('en', { notation: 'compact', maximumSignificantDigits: 3 })
