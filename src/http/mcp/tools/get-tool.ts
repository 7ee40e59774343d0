import { z } from 'zod'
import { invocationOf } from '../../../core/agent/invocation.js'
import { AppError } from '../../../core/errors.js'
import { toolNamed } from '../../../engine/names.js'
import { about, agentTool, objects, text } from '../tool.js'

const input = z.strictObject({ tool: z.string().trim().min(1).max(200), capability: z.string().max(200).optional() })

export const getTool = agentTool({
  name: 'get_tool',
  description:
    'One tool: price, licence, how to call it, failure modes, names of its capabilities; one capability in full on request.',
  inputSchema: {
    type: 'object',
    properties: { tool: about('slug or name'), capability: about('its id or name, to read it whole') },
    required: ['tool'],
  },
  outputSchema: {
    type: 'object',
    properties: { slug: text, name: text, invocation: { type: 'object' }, capabilities: objects },
    required: ['slug', 'capabilities'],
  },
  input,
  effect: 'reads',
  async run({ engine }, { tool: typed, capability: wanted }) {
    const { tool, capabilities } = await engine.tool(toolNamed(engine.live, typed).tool.slug)
    const { attributes, signals: _signals, execution: _execution, ...rest } = tool
    const facts = Object.fromEntries(
      Object.entries(attributes ?? {}).map(([name, { value, unit }]) => [name, unit ? `${value} ${unit}` : value]),
    )
    const own = capabilities.filter(
      ({ id, name }) => !wanted || id === wanted || name.toLowerCase() === wanted.toLowerCase(),
    )
    if (own.length === 0) {
      const names = capabilities.slice(0, 20).map(({ name }) => `"${name}"`)
      throw new AppError('not-found', `${tool.name} has no capability "${wanted}". It has ${names.join(', ')}.`)
    }
    return {
      ...rest,
      attributes: facts,
      invocation: invocationOf(tool),
      capabilities: own.map(({ label: _label, toolSlug: _slug, bornAt: _born, intents: _intents, ...one }) =>
        wanted ? one : { id: one.id, name: one.name },
      ),
    }
  },
})
