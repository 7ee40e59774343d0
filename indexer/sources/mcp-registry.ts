import { z } from 'zod'
import type { Fault } from '../../src/core/errors.js'
import { faultsOf } from '../../src/core/faults.js'
import { checked, type Imported, type ImportOptions, refused } from '../../src/core/imported.js'
import { isObject, member, textOf } from '../../src/core/json.js'
import { cut, line, plainText, slugFrom } from './clean.js'

/** Argument or environment variable of a package, header of a remote (registry schema `Input`). */
const input = z.looseObject({
  name: z.string().optional(),
  type: z.string().optional(),
  value: z.string().optional(),
  default: z.unknown().optional(),
  isRequired: z.boolean().optional(),
  isSecret: z.boolean().optional(),
  description: z.string().optional(),
})

/** `server.json` of the official MCP registry, old and new spellings; what we do not use may hold anything. */
const server = z.looseObject({
  name: z.string().trim().min(1).max(200),
  title: z.string().optional(),
  description: z.string().optional(),
  version: z.string().optional(),
  websiteUrl: z.string().optional(),
  repository: z.looseObject({ url: z.string().optional() }).optional(),
  packages: z
    .array(
      z.looseObject({
        registryType: z.string().optional(),
        registry_type: z.string().optional(),
        identifier: z.string().optional(),
        version: z.string().optional(),
        transport: z.looseObject({ type: z.string().optional(), url: z.string().optional() }).optional(),
        packageArguments: z.array(input).optional(),
        environmentVariables: z.array(input).optional(),
        environment_variables: z.array(input).optional(),
      }),
    )
    .optional(),
  remotes: z
    .array(
      z.looseObject({ type: z.string().optional(), url: z.string().optional(), headers: z.array(input).optional() }),
    )
    .optional(),
})
type Server = z.infer<typeof server>
type Input = z.infer<typeof input>

interface Listed {
  value: unknown
  path: string
  /** Says the registry: the newest version, deprecated or deleted. */
  latest: boolean
  status: string | undefined
}

const OFFICIAL = 'io.modelcontextprotocol.registry/official'

/**
 * A `server.json`, or an answer of the official MCP registry's list (`GET /v0/servers`, also several pages' `servers`
 * in one): a tool a server. A registry tells no tools, so each has one capability: what its owner says it does. Of
 * several versions the newest is taken; deleted ones are left out, deprecated ones told.
 */
export function importMcpRegistry(input: unknown, options: ImportOptions): Imported {
  const listed = serversIn(input)
  if (listed.length === 0)
    return refused('servers', 'is missing; this is neither a server.json nor a list of the MCP registry')
  const errors: Fault[] = []
  const warnings: Fault[] = []
  const newest = new Map<string, { server: Server; listed: Listed }>()
  for (const one of listed) {
    const read = server.safeParse(one.value)
    if (!read.success) {
      errors.push(
        ...faultsOf(read.error, one.value, server).map((fault) => ({ ...fault, path: join(one.path, fault.path) })),
      )
      continue
    }
    if (one.status === 'deleted') continue
    const slug = slugFrom(read.data.name)
    if (slug === undefined) {
      errors.push({ path: join(one.path, 'name'), message: 'gives no slug: it has no letter or digit' })
      continue
    }
    const known = newest.get(slug)
    if (known === undefined || one.latest || (!known.listed.latest && newer(read.data.version, known.server.version)))
      newest.set(slug, { server: read.data, listed: one })
  }
  const records = [...newest].map(([slug, { server, listed }]) => {
    if (listed.status === 'deprecated')
      warnings.push({ path: listed.path, message: `${slug} is deprecated by its owner` })
    if (!server.packages?.length && !server.remotes?.length)
      warnings.push({
        path: listed.path,
        message: `${slug} has neither a package nor a remote: there is no way to connect to it`,
      })
    return recordOf(server, slug, listed, options)
  })
  return checked(records, errors, warnings)
}

const join = (base: string, path: string) => [base, path].filter((part) => part !== '').join('.')

function serversIn(input: unknown): Listed[] {
  const list = Array.isArray(input) ? input : member(input, 'servers')
  if (!Array.isArray(list)) return isObject(input) && textOf(member(input, 'name')) ? [listedOf(input, '')] : []
  const base = Array.isArray(input) ? '' : 'servers'
  return list.map((one, i) => listedOf(one, join(base, String(i))))
}

/** Newer answers wrap a server as `{server, _meta}`. */
function listedOf(entry: unknown, path: string): Listed {
  const wrapped = isObject(member(entry, 'server'))
  const value = wrapped ? member(entry, 'server') : entry
  const meta = member(member(entry, '_meta'), OFFICIAL) ?? member(member(value, '_meta'), OFFICIAL)
  return {
    value,
    path: wrapped ? join(path, 'server') : path,
    latest: (member(meta, 'isLatest') ?? member(meta, 'is_latest')) === true,
    status: textOf(member(meta, 'status')) ?? textOf(member(value, 'status')),
  }
}

/** By the numbers of a version, from the left. */
function newer(a = '', b = ''): boolean {
  const numbers = (version: string) => (version.match(/\d+/g) ?? []).slice(0, 4).map(Number)
  const [left, right] = [numbers(a), numbers(b)]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    if ((left[i] ?? 0) !== (right[i] ?? 0)) return (left[i] ?? 0) > (right[i] ?? 0)
  }
  return false
}

function recordOf(server: Server, slug: string, listed: Listed, { asOf, source }: ImportOptions) {
  const description = plainText(server.description ?? '')
  const name = line(textOf(server.title) ?? server.name, 200)
  const inputs = inputsOf(server)
  return {
    slug,
    name,
    type: 'mcp',
    description: cut(description, 8000),
    url: textOf(server.websiteUrl)?.slice(0, 2000),
    repository: textOf(server.repository?.url)?.slice(0, 2000),
    attributes:
      server.version === undefined
        ? undefined
        : { version: { value: server.version.slice(0, 200), source: cut(source, 2000), asOf, claimedBy: 'vendor' } },
    execution: executionOf(server, inputs),
    capabilities: [
      {
        name,
        description: cut(description === '' ? `${name}.` : description, 8000),
        limitations: listed.status === 'deprecated' ? ['Deprecated by its owner.'] : [],
        requires: requirements(inputs),
        source: cut(source, 2000),
        asOf,
      },
    ],
  }
}

function inputsOf(server: Server): Input[] {
  const first = server.packages?.[0]
  return first === undefined
    ? (server.remotes?.[0]?.headers ?? [])
    : [...(first.environmentVariables ?? first.environment_variables ?? [])]
}

const requirements = (inputs: readonly Input[]) =>
  inputs
    .filter(
      ({ isRequired, isSecret, name }) => (isRequired === true || isSecret === true) && textOf(name) !== undefined,
    )
    .map(({ name, description }) => line(description ? `${name}: ${plainText(description)}` : name!, 500))
    .slice(0, 64)

function executionOf(server: Server, inputs: readonly Input[]) {
  const remote = server.remotes?.find(({ url }) => textOf(url) !== undefined)
  const command = commandOf(server)
  if (remote === undefined && command === undefined) return undefined
  const secret = inputs.some(({ isSecret }) => isSecret === true)
  return {
    protocol: 'mcp',
    command,
    url: remote?.url?.slice(0, 2000),
    auth: secret ? (inputs.some(({ name }) => /^authorization$/i.test(name ?? '')) ? 'token' : 'api-key') : undefined,
  }
}

/** Starters by the registry a package lies in; `name` is the package with its version. */
const STARTERS: Readonly<Record<string, (identifier: string, version: string) => string>> = {
  npm: (identifier, version) => `npx -y ${identifier}${version && `@${version}`}`,
  pypi: (identifier, version) => `uvx ${identifier}${version && `@${version}`}`,
  nuget: (identifier, version) => `dnx ${identifier}${version && `@${version}`} --yes`,
  oci: (identifier, version) =>
    `docker run -i --rm ${identifier}${version && !identifier.includes(':') ? `:${version}` : ''}`,
}

/** A package name, version or argument that means one word to a shell. */
const WORD = /^[\w@./:+=~-]{1,200}$/

function commandOf(server: Server): string | undefined {
  for (const one of server.packages ?? []) {
    const registry = one.registryType ?? one.registry_type ?? ''
    const starter = Object.hasOwn(STARTERS, registry) ? STARTERS[registry] : undefined
    const version = one.version === 'latest' ? '' : (one.version ?? '')
    if (
      starter === undefined ||
      one.identifier === undefined ||
      !WORD.test(one.identifier) ||
      (version !== '' && !WORD.test(version))
    )
      continue
    const fixed = (one.packageArguments ?? []).flatMap(({ value }) =>
      value !== undefined && WORD.test(value) ? [value] : [],
    )
    return cut([starter(one.identifier, version), ...fixed].join(' '), 2000)
  }
  return undefined
}
