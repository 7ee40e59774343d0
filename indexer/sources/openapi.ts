import type { Fault } from '../../src/core/errors.js'
import { checked, type Imported, type ImportOptions, refused } from '../../src/core/imported.js'
import { isObject, type JsonObject, listOf, member, objectOf, textOf, textsOf } from '../../src/core/json.js'
import { cut, firstSentence, idFrom, line, plainText, slugFrom, spoken, withoutBoilerplate } from './clean.js'
import { fieldText, fieldTexts } from './json-schema.js'
import { accessOf, neededAccess, type Schemes, schemesOf } from './openapi-access.js'
import { pointer, References } from './openapi-refs.js'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
/** An API's own introduction is often a whole manual; search wants to know what it is. */
const MAX_ABOUT = 1000
/** A catalogue record holds no more capabilities. */
const MAX_OPERATIONS = 20_000

interface Operation {
  method: string
  path: string
  value: JsonObject
  /** The path's own parameters and the operation's. */
  parameters: JsonObject[]
}

/**
 * An OpenAPI 3.0 or 3.1 or Swagger 2 document: one tool of type api, each operation a capability. References inside the
 * document are followed; cycles end. Never throws, whatever `input` is; time and memory grow with its size only.
 */
export function importOpenApi(input: unknown, options: ImportOptions): Imported {
  if (!isObject(input)) return refused('', 'is not an OpenAPI document: it must be a group of fields')
  const version = versionOf(member(input, 'openapi') ?? member(input, 'swagger'))
  if (version === undefined)
    return refused('openapi', 'is missing; the document must say openapi: "3.0.x", openapi: "3.1.x" or swagger: "2.0"')
  if (!/^(3\.[0-2](\.\d+)?(-\S{1,20})?|2(\.0)?)$/.test(version))
    return refused('openapi', `version ${JSON.stringify(version.slice(0, 40))} is not known; 2.0, 3.0 and 3.1 are`)
  const info = objectOf(member(input, 'info'))
  const name = options.name ?? textOf(member(info, 'title'))
  if (name === undefined) return refused('info.title', 'is missing; say the name of the tool (--name)')
  const slug = options.slug ?? slugFrom(name)
  if (slug === undefined) return refused('info.title', 'gives no slug; say it (--slug)')
  const refs = new References(input)
  const errors: Fault[] = []
  const operations = operationsOf(input, refs, errors)
  if (operations.length === 0)
    return { records: [], errors: [...errors, { path: 'paths', message: 'has no operation' }], warnings: refs.warnings }
  const warnings: Fault[] = []
  if (operations.length > MAX_OPERATIONS) {
    warnings.push({
      path: 'paths',
      message: `${operations.length - MAX_OPERATIONS} operations over the limit of ${MAX_OPERATIONS} are left out`,
    })
    operations.length = MAX_OPERATIONS
  }
  const schemes = schemesOf(input, refs)
  const access = accessOf(input, schemes, options.source)
  const record = {
    slug,
    name: line(plainText(name), 200),
    type: 'api',
    description: cut(
      plainText(textOf(member(info, 'description')) ?? textOf(member(info, 'summary')) ?? ''),
      MAX_ABOUT,
    ),
    url: textOf(member(member(input, 'externalDocs'), 'url'))?.slice(0, 2000) ?? access.url,
    license: licenseOf(info),
    execution: access.url === undefined ? undefined : { protocol: 'http', url: access.url, auth: access.auth },
    capabilities: capabilitiesOf(operations, { slug, root: input, refs, schemes, options }),
  }
  return checked([record], errors, [...warnings, ...refs.warnings])
}

/** YAML without quotes makes a number of it. */
const versionOf = (value: unknown): string | undefined => (typeof value === 'number' ? String(value) : textOf(value))

function licenseOf(info: JsonObject): string | undefined {
  const license = member(info, 'license')
  return (textOf(member(license, 'identifier')) ?? textOf(member(license, 'name')))?.slice(0, 200)
}

function operationsOf(root: JsonObject, refs: References, errors: Fault[]): Operation[] {
  const found: Operation[] = []
  for (const [path, written] of Object.entries(objectOf(member(root, 'paths')))) {
    if (path.startsWith('x-')) continue
    const shared = refs.follow(written)
    if (!isObject(shared)) {
      errors.push({ path: `paths.${path}`, message: 'must be a group of operations' })
      continue
    }
    for (const method of METHODS) {
      const value = refs.follow(member(shared, method))
      if (value === undefined) continue
      if (!isObject(value)) {
        errors.push({ path: `paths.${path}.${method}`, message: 'must be an operation with its fields' })
        continue
      }
      found.push({ method, path, value, parameters: parametersOf(shared, value, refs) })
    }
  }
  return found
}

/** An operation's parameters take the place of the path's of the same name and place. */
function parametersOf(shared: JsonObject, operation: JsonObject, refs: References): JsonObject[] {
  const byKey = new Map<string, JsonObject>()
  for (const written of [...listOf(member(shared, 'parameters')), ...listOf(member(operation, 'parameters'))]) {
    const parameter = refs.follow(written)
    const name = textOf(member(parameter, 'name'))
    if (isObject(parameter) && name !== undefined) byKey.set(`${textOf(member(parameter, 'in'))} ${name}`, parameter)
  }
  return [...byKey.values()]
}

interface Reading {
  slug: string
  root: JsonObject
  refs: References
  schemes: Schemes
  options: ImportOptions
}

function capabilitiesOf(operations: readonly Operation[], { slug, root, refs, schemes, options }: Reading) {
  const descriptions = withoutBoilerplate(
    operations.map(({ value }) =>
      plainText(textOf(member(value, 'description')) ?? textOf(member(value, 'summary')) ?? ''),
    ),
  )
  const names = distinctNames(operations, descriptions)
  const ids = new Set<string>()
  return operations.map((operation, i) => {
    const { method, path, value } = operation
    const id = idFrom(slug, textOf(member(value, 'operationId')) ?? `${method}:${path}`)
    const given = id === undefined || ids.has(id) ? undefined : id
    if (given !== undefined) ids.add(given)
    return {
      id: given,
      name: names[i],
      description: cut(descriptions[i] === '' ? `${names[i]}.` : descriptions[i]!, 8000),
      limitations: member(value, 'deprecated') === true ? ['Deprecated by its owner.'] : [],
      requires: neededAccess(value, root, schemes),
      inputs: inputsOf(operation, refs),
      outputs: outputsOf(value, refs),
      tags: [...new Set(textsOf(member(value, 'tags')).flatMap((tag) => slugFrom(tag)?.slice(0, 64) ?? []))].slice(
        0,
        16,
      ),
      source: cut(`${options.source}#${pointer(['paths', path, method])}`, 2000),
      asOf: options.asOf,
    }
  })
}

/**
 * What each operation is called: by its summary, else its id, else a short first sentence of its description, else its
 * method and path. Equal names are told apart by method and path.
 */
function distinctNames(operations: readonly Operation[], descriptions: readonly string[]): string[] {
  const names = operations.map(({ value, method, path }, i) => {
    const summary = line(plainText(textOf(member(value, 'summary')) ?? ''), 200).replace(/\.$/, '')
    const id = textOf(member(value, 'operationId'))
    const told = summary || (id === undefined ? firstSentence(descriptions[i]!, 100) : line(spoken(id), 200))
    return told || line(`${method.toUpperCase()} ${path}`, 200)
  })
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return names.map((name, i) => {
    if (counts.get(name) === 1) return name
    const { method, path } = operations[i]!
    return line(`${cut(name, 120)} (${method.toUpperCase()} ${path})`, 200)
  })
}

function inputsOf({ value, parameters }: Operation, refs: References): string[] {
  const texts: string[] = []
  for (const parameter of parameters) {
    const place = textOf(member(parameter, 'in'))
    if (place === 'body') texts.push(...fieldTexts(member(parameter, 'schema'), refs.follow))
    else if (place !== 'header' && place !== 'cookie') texts.push(parameterText(parameter, refs))
  }
  texts.push(...fieldTexts(contentSchema(refs.follow(member(value, 'requestBody'))), refs.follow))
  return texts.slice(0, 64)
}

/** OpenAPI 3 keeps a parameter's type in its schema, Swagger 2 in the parameter. */
function parameterText(parameter: JsonObject, refs: References): string {
  const schema = refs.follow(member(parameter, 'schema')) ?? parameter
  const about = member(parameter, 'description') ?? member(schema, 'description')
  return fieldText(
    textOf(member(parameter, 'name'))!,
    { ...objectOf(schema), description: about },
    member(parameter, 'required') === true,
  )
}

function outputsOf(operation: JsonObject, refs: References): string[] {
  const responses = objectOf(member(operation, 'responses'))
  const status = Object.keys(responses).find((one) => /^2(\d\d|XX)$/i.test(one)) ?? 'default'
  const response = refs.follow(member(responses, status))
  return fieldTexts(member(response, 'schema') ?? contentSchema(response), refs.follow)
}

/** The schema of a body's JSON form, else of its first form. */
function contentSchema(body: unknown): unknown {
  const content = objectOf(member(body, 'content'))
  const type = Object.keys(content).find((one) => /json/i.test(one)) ?? Object.keys(content)[0]
  return type === undefined ? undefined : member(member(content, type), 'schema')
}
