/** A JSON schema as far as zod writes it. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  items?: Schema
  prefixItems?: Schema[]
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  default?: unknown
  pattern?: string
  description?: string
}

/** Objects nested deeper than this are written as {…}. */
const DEEPEST = 6

/**
 * A schema in a notation that reads like a TypeScript type, with ranges behind the names: what a page of documentation needs
 * and a dump of JSON schema is not.
 */
export function sketch(schema: Schema, named: Readonly<Record<string, Schema>>, depth = 0): string {
  if (schema.$ref) {
    const target = named[schema.$ref.split('/').at(-1)!]
    return target ? sketch(target, named, depth) : 'unknown'
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const options = schema.anyOf ?? schema.oneOf
  if (options) return [...new Set(options.map((one) => sketch(one, named, depth)))].join(' | ')
  if (schema.allOf) return schema.allOf.map((one) => sketch(one, named, depth)).join(' & ')
  if (schema.prefixItems) return `[${schema.prefixItems.map((one) => sketch(one, named, depth)).join(', ')}]`
  if (schema.items) return arrayOf(sketch(schema.items, named, depth))
  if (schema.properties) return object(schema, named, depth)
  if (typeof schema.additionalProperties === 'object') {
    return `{ [name]: ${sketch(schema.additionalProperties, named, depth)} }`
  }
  return [schema.type ?? 'any'].flat().join(' | ')
}

const arrayOf = (inner: string): string =>
  /^[\w{]/.test(inner) && !inner.includes(' | ') ? `${inner}[]` : `(${inner})[]`

function object(schema: Schema, named: Readonly<Record<string, Schema>>, depth: number): string {
  if (depth >= DEEPEST) return '{…}'
  const pad = '  '.repeat(depth + 1)
  const lines = Object.entries(schema.properties!).map(([name, one]) => {
    const optional = schema.required?.includes(name) ? '' : '?'
    const limits = limitsOf(one)
    return `${pad}${name}${optional}: ${sketch(one, named, depth + 1)}${limits && ` // ${limits}`}`
  })
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`
}

/** Ranges, lengths and defaults in words; empty when there are none. */
export function limitsOf(schema: Schema): string {
  const range = (least: number | undefined, most: number | undefined, unit: string): string => {
    // zod writes the safe integers as limits of every integer
    const low = least === undefined || least <= Number.MIN_SAFE_INTEGER ? undefined : least
    const high = most === undefined || most >= Number.MAX_SAFE_INTEGER ? undefined : most
    if (low !== undefined && high !== undefined) return `${low} to ${high}${unit}`
    if (high !== undefined) return `at most ${high}${unit}`
    return low !== undefined && low !== 0 ? `at least ${low}${unit}` : ''
  }
  return [
    range(schema.minimum, schema.maximum, ''),
    range(schema.minLength, schema.maxLength, ' characters'),
    range(schema.minItems, schema.maxItems, ' entries'),
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
  ]
    .filter(Boolean)
    .join(', ')
}
