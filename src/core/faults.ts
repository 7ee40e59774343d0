import { z } from 'zod'
import type { Fault } from './errors.js'
import { nearest } from './nearest.js'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

/** Longest excerpt of a caller's own value inside a message. */
const EXCERPT = 60

/**
 * What zod found wrong with `input`, in words a person can act on: one fault a problem, `path` dotted
 * (`capabilities.2.name`, relative to `input`; the empty string is the whole), unknown keys and wrong choices with the
 * nearest right spelling. `schema` must be the schema that gave `error`.
 */
export function faultsOf(error: z.ZodError, input: unknown, schema: z.ZodType): Fault[] {
  return error.issues.flatMap((issue) => issueFaults(issue, [], input, schema))
}

export const pathText = (path: Path): string => path.map(String).join('.')

function issueFaults(issue: Issue, base: Path, input: unknown, schema: z.ZodType): Fault[] {
  const path = [...base, ...issue.path]
  const value = valueAt(input, path)
  const at = (message: string, suggestion?: string): Fault => ({
    path: pathText(path),
    message,
    ...(suggestion !== undefined && { suggestion }),
  })
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, value, knownKeys(schema, path)))
    case 'invalid_type':
      return [
        value === undefined ? at('is missing') : at(wrongType(issue.expected, value), quoteHint(issue.expected, value)),
      ]
    case 'invalid_value': {
      if (value === undefined) return [at(`is missing; it must be ${choice(issue.values)}`)]
      const suggestion = typeof value === 'string' ? nearest(value, issue.values.map(String)) : undefined
      const rest = suggestion === undefined ? `; it must be ${choice(issue.values)}` : ''
      return [at(`${excerpt(value)} is not allowed${rest}`, suggestion)]
    }
    case 'too_small':
      return [at(tooSmall(issue))]
    case 'too_big':
      return [at(tooBig(issue))]
    case 'invalid_format':
      return [at(`${excerpt(value)} ${issue.message}`)]
    case 'invalid_key':
      return [
        at(
          `the name ${excerpt(path.at(-1))} must start with a letter and hold only letters, digits and _ . -, at most 64`,
        ),
      ]
    case 'invalid_union':
      return unionFaults(issue, path, value, input, schema)
    default:
      return [at(issue.message)]
  }
}

/** Of the branches of a union, the one the input was meant for: the one whose complaint is not about its kind. */
function unionFaults(
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  value: unknown,
  input: unknown,
  schema: z.ZodType,
): Fault[] {
  const branch = issue.errors.find(
    (issues) => !issues.some((one) => one.code === 'invalid_type' && one.path.length === 0),
  )
  if (branch !== undefined) return branch.flatMap((one) => issueFaults(one, path, input, schema))
  const kinds = issue.errors.flat().flatMap((one) => (one.code === 'invalid_type' ? [kindName(one.expected)] : []))
  const expected = choice([...new Set(kinds)], false)
  return [
    {
      path: pathText(path),
      message: value === undefined ? `is missing; it must be ${expected}` : `must be ${expected}, not ${kindOf(value)}`,
    },
  ]
}

function unknownKey(key: string, path: Path, parent: unknown, known: readonly string[]): Fault {
  // YAML's {why: one, two} is a field "why" and a field "two" without a value
  if (key.includes(' ') && valueAt(parent, [key]) === null)
    return {
      path: pathText([...path, key]),
      message: 'is the rest of a text that ended at a comma; put the whole text in quotes',
    }
  const suggestion = nearest(key, known)
  return {
    path: pathText([...path, key]),
    message: `is not a known field${suggestion === undefined && known.length > 0 ? `; known are ${known.join(', ')}` : ''}`,
    ...(suggestion !== undefined && { suggestion }),
  }
}

/** The keys that `schema` allows at `path`; of a union, those of its object branch. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  let at: unknown = schema
  for (const key of path) at = child(plain(at), key)
  const found = plain(at)
  return found instanceof z.ZodObject ? Object.keys(found.shape) : []
}

function child(schema: unknown, key: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return Object.hasOwn(schema.shape, key) ? schema.shape[String(key)] : undefined
  if (schema instanceof z.ZodArray) return schema.element
  if (schema instanceof z.ZodRecord) return schema.valueType
  return undefined
}

function plain(schema: unknown): unknown {
  let at = schema
  for (;;) {
    if (at instanceof z.ZodOptional || at instanceof z.ZodNullable || at instanceof z.ZodDefault) at = at.unwrap()
    else if (at instanceof z.ZodUnion) at = at.options.find((option) => plain(option) instanceof z.ZodObject)
    else return at
  }
}

function valueAt(input: unknown, path: Path): unknown {
  let at = input
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<PropertyKey, unknown>)[key]
  }
  return at
}

const KIND_NAMES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of fields',
  record: 'a group of fields',
}
const kindName = (expected: string): string => KIND_NAMES[expected] ?? expected

function kindOf(value: unknown): string {
  if (value === null) return 'nothing (null)'
  if (Array.isArray(value)) return 'a list'
  return kindName(typeof value)
}

const wrongType = (expected: string, value: unknown) => `must be ${kindName(expected)}, not ${kindOf(value)}`

/** YAML reads a bare 2025 as a number and a bare true as a boolean: where text is meant, quotes help. */
function quoteHint(expected: string, value: unknown): string | undefined {
  return expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')
    ? JSON.stringify(String(value))
    : undefined
}

function tooSmall(issue: z.core.$ZodIssueTooSmall): string {
  if (issue.origin === 'string') return issue.minimum === 1 ? 'is empty' : `is shorter than ${issue.minimum} characters`
  if (issue.origin === 'array' || issue.origin === 'set') return `needs at least ${issue.minimum} of them`
  return `must be at least ${issue.minimum}`
}

function tooBig(issue: z.core.$ZodIssueTooBig): string {
  if (issue.origin === 'string') return `is longer than ${issue.maximum} characters`
  if (issue.origin === 'array' || issue.origin === 'set') return `holds more than ${issue.maximum}`
  return `must be at most ${issue.maximum}`
}

function choice(values: readonly unknown[], quoted = true): string {
  const words = values.map((value) => (quoted ? JSON.stringify(value) : String(value)))
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

function excerpt(value: unknown): string {
  if (typeof value !== 'string') return typeof value === 'object' ? kindOf(value) : String(value)
  return JSON.stringify(value.length <= EXCERPT ? value : `${value.slice(0, EXCERPT)}…`)
}
