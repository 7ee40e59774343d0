import type { z } from 'zod'
import type { Engine } from '../../engine/engine.js'
import type { Caller } from '../../engine/evidence-hook.js'
import type { Matches } from '../../engine/matches.js'

/** What agents' tools work with, over any transport. */
export interface AgentDeps {
  engine: Engine
  matches: Matches
  /** @throws AppError for a caller that may not report */
  assertMayReport?(): void
}

export interface AgentCall {
  caller: Caller
  /** Milliseconds since 1970. */
  now: number
}

/** JSON Schema as written by hand: models pay for every word of it. */
export interface ObjectSchema {
  type: 'object'
  properties: Record<string, object>
  required?: string[]
}

/** One tool of the MCP server. */
export interface AgentTool {
  name: string
  description: string
  /** The properties that `input` reads, in as few words as do. */
  inputSchema: ObjectSchema
  /** The main fields of what comes back; more may follow. */
  outputSchema: ObjectSchema
  /** What it checks arguments with; unknown ones are refused with the nearest right name. */
  input: z.ZodObject
  /** `reads` changes nothing; `reports` records an outcome, the same one only once. */
  effect: 'reads' | 'reports'
  run(deps: AgentDeps, input: never, call: AgentCall): Promise<Record<string, unknown>>
}

/** Ties `run` to what `input` gives. */
export const agentTool = <S extends z.ZodObject>(
  tool: Omit<AgentTool, 'input' | 'run'> & {
    input: S
    run(deps: AgentDeps, input: z.output<S>, call: AgentCall): Promise<Record<string, unknown>>
  },
): AgentTool => tool as unknown as AgentTool

export const text = { type: 'string' }
export const texts = { type: 'array', items: text }
export const number = { type: 'number' }
export const objects = { type: 'array', items: { type: 'object' } }
export const about = (description: string, schema: object = text): object => ({ ...schema, description })
