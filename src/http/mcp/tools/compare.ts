import { z } from 'zod'
import { compareQuerySchema } from '../../../core/api/compare.js'
import { need } from '../../../core/api/fields.js'
import { about, agentTool, objects, texts } from '../tool.js'

const input = z.strictObject({
  tools: z.array(z.string().trim().min(1).max(200)).min(2).max(5),
  for: z.array(need).max(5).optional(),
})

/** Rows that tell the tools apart most; the page has all of them. */
const ROWS = 12
const NAMES = 12

export const compareTool = agentTool({
  name: 'compare',
  description:
    'Compare 2-5 tools: substitutes or complements, differing facts, shared and own capabilities, who serves which situation.',
  inputSchema: {
    type: 'object',
    properties: { tools: texts, for: about('situations to judge', texts) },
    required: ['tools'],
  },
  outputSchema: {
    type: 'object',
    properties: { relation: { type: 'object' }, table: objects, scenarios: objects, verdict: texts },
    required: ['relation', 'verdict'],
  },
  input,
  effect: 'reads',
  async run({ engine }, asked, { caller, now }) {
    const one = await engine.compare(compareQuerySchema.parse(asked), caller, now)
    return {
      relation: { kind: one.relation.kind, why: one.relation.why },
      table: one.table
        .filter((row) => row.state !== 'equal')
        .slice(0, ROWS)
        .map(({ label, cells }) => ({
          label,
          ...Object.fromEntries(
            Object.entries(cells).map(([slug, cell]) => [
              slug,
              cell ? [cell.value, cell.unit].filter((v) => v !== undefined).join(' ') : 'no data',
            ]),
          ),
        })),
      shared: one.pairs.slice(0, NAMES).map(({ members }) => members.map(({ tool, name }) => `${tool}: ${name}`)),
      only: Object.fromEntries(
        Object.entries(one.only).map(([slug, list]) => [slug, list.slice(0, NAMES).map(({ name }) => name)]),
      ),
      scenarios: one.scenarios.map(({ title, outcome, tools, reason }) => ({ title, outcome, tools, reason })),
      verdict: [...one.verdict.sentences, ...one.bottomLine.sentences],
    }
  },
})
