import { isObject, listOf, member, objectOf, textOf, textsOf } from '../../src/core/json.js'
import { line, plainText } from './clean.js'

/** Follows references; gives undefined for what points nowhere. */
export type Follow = (value: unknown) => unknown

/** How deep `allOf` and alternatives are opened, and how many fields are told. */
const MAX_DEPTH = 6
const MAX_FIELDS = 64

/**
 * The fields of a JSON Schema object as short texts: `path (string, required): Where the file is`. References are
 * followed, `allOf` is merged, of `oneOf` and `anyOf` the first with fields counts; cycles end where they close.
 */
export function fieldTexts(schema: unknown, follow: Follow = (value) => value): string[] {
  const fields = new Map<string, string>()
  collect(schema, follow, fields, new Set(), 0)
  return [...fields.values()].slice(0, MAX_FIELDS)
}

function collect(from: unknown, follow: Follow, fields: Map<string, string>, open: Set<unknown>, depth: number): void {
  const schema = follow(from)
  if (!isObject(schema) || open.has(schema) || depth > MAX_DEPTH || fields.size >= MAX_FIELDS) return
  open.add(schema)
  for (const part of listOf(member(schema, 'allOf'))) collect(part, follow, fields, open, depth + 1)
  const required = new Set(textsOf(member(schema, 'required')))
  for (const [name, field] of Object.entries(objectOf(member(schema, 'properties')))) {
    if (name !== '' && !fields.has(name) && fields.size < MAX_FIELDS)
      fields.set(name, fieldText(name, follow(field), required.has(name)))
  }
  for (const choice of [...listOf(member(schema, 'oneOf')), ...listOf(member(schema, 'anyOf'))]) {
    if (fields.size > 0) break
    collect(choice, follow, fields, open, depth + 1)
  }
  if (fields.size === 0 && member(schema, 'items') !== undefined)
    collect(member(schema, 'items'), follow, fields, open, depth + 1)
}

/** One field in words, at most 300 characters. */
export function fieldText(name: string, schema: unknown, required: boolean): string {
  const kind = [kindOf(schema), required ? 'required' : undefined].filter((one) => one !== undefined).join(', ')
  const about = textOf(member(schema, 'description'))
  const head = line(kind === '' ? name : `${name} (${kind})`, 150)
  return about === undefined ? head : line(`${head}: ${line(plainText(about), 140)}`, 300)
}

function kindOf(schema: unknown): string | undefined {
  const values = listOf(member(schema, 'enum')).filter((one) => typeof one === 'string' || typeof one === 'number')
  if (values.length > 0 && values.length <= 8) return line(values.join('|'), 80)
  const type = member(schema, 'type')
  return textOf(type) ?? (textsOf(type).join('|') || undefined)
}
