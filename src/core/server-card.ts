import type { ToolRecord } from './catalogue.js'

/** A tool in the shape of the MCP registry's `server.json`, so that registries and clients can take it over. */
export interface ServerCard {
  $schema: string
  /** `matchgraph/slug`: a registry publishes under a namespace of the owner's own. */
  name: string
  title: string
  description: string
  version: string
  websiteUrl?: string
  repository?: { url: string; source: string }
  packages?: { registryType: string; identifier: string; version?: string; transport: { type: 'stdio' } }[]
  remotes?: { type: 'streamable-http'; url: string }[]
  _meta: {
    'io.modelcontextprotocol.registry/publisher-provided': {
      capabilities: { id?: string; name: string; description: string }[]
      license?: string
    }
  }
}

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-09-29/server.schema.json'
/** The registry's own limit. */
const MAX_DESCRIPTION = 100

/** The card of any tool; how it is started is only told of MCP servers, in words a registry knows. */
export function serverCard(record: ToolRecord): ServerCard {
  const { slug, name, description, url, repository, license, execution, attributes, capabilities } = record
  const isMcp = execution?.protocol === 'mcp' || (record.type === 'mcp' && execution !== undefined)
  const packages = isMcp && execution.command !== undefined ? packagesOf(execution.command) : []
  return {
    $schema: SCHEMA,
    name: `matchgraph/${slug}`,
    title: name,
    description: short(description === '' ? name : description),
    version: String(attributes?.version?.value ?? packages[0]?.version ?? '0.0.0'),
    ...(url !== undefined && { websiteUrl: url }),
    ...(repository !== undefined && { repository: { url: repository, source: hostOf(repository) } }),
    ...(packages.length > 0 && { packages }),
    ...(isMcp &&
      execution.url !== undefined && { remotes: [{ type: 'streamable-http' as const, url: execution.url }] }),
    _meta: {
      'io.modelcontextprotocol.registry/publisher-provided': {
        capabilities: capabilities.map(({ id, name, description }) => ({
          ...(id !== undefined && { id }),
          name,
          description,
        })),
        ...(license !== undefined && { license }),
      },
    },
  }
}

function short(text: string): string {
  if (text.length <= MAX_DESCRIPTION) return text
  const head = text.slice(0, MAX_DESCRIPTION - 1)
  return `${head.slice(0, Math.max(head.lastIndexOf(' '), MAX_DESCRIPTION / 2)).trimEnd()}…`
}

/** `github` for github.com and so on; a registry knows a few hosts by such words. */
function hostOf(url: string): string {
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  return /(?:^|\.)(github|gitlab|bitbucket)\./.exec(host)?.[1] ?? (host || 'unknown')
}

/** Starters of packages: the command, the registry it fetches from. */
const STARTERS: readonly [RegExp, string][] = [
  [/^npx(?: -y| --yes)? (@?[^\s@]+)(?:@(\S+))?/, 'npm'],
  [/^uvx (?:--from )?([^\s@=]+)(?:(?:@|==)(\S+))?/, 'pypi'],
  [/^docker run(?: -\S+(?: [A-Z][A-Z\d_]*)?)* ([a-z\d][^\s:]*\/[^\s:]+|[a-z\d][^\s:]*)(?::(\S+))?/, 'oci'],
]

function packagesOf(command: string): NonNullable<ServerCard['packages']> {
  for (const [pattern, registryType] of STARTERS) {
    const [, identifier, version] = pattern.exec(command) ?? []
    if (identifier !== undefined)
      return [{ registryType, identifier, ...(version !== undefined && { version }), transport: { type: 'stdio' } }]
  }
  return []
}
