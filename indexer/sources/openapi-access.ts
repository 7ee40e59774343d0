import { isObject, type JsonObject, listOf, member, objectOf, textOf, textsOf } from '../../src/core/json.js'
import type { References } from './openapi-refs.js'

/** How an API is reached and what it asks for, out of OpenAPI's servers and security, or Swagger 2's host and schemes. */
export interface Access {
  url: string | undefined
  /** In our words: none, api-key, basic, token, oauth. Undefined when the document does not say. */
  auth: string | undefined
}

export function accessOf(root: JsonObject, schemes: Schemes, source: string): Access {
  const named = requirements(member(root, 'security')).flatMap(Object.keys)
  const scheme = named.map((name) => schemes.get(name)).find((one) => one !== undefined) ?? [...schemes.values()][0]
  return { url: serverUrl(root, source), auth: scheme === undefined ? undefined : authWord(scheme) }
}

/** Security schemes by name. */
export type Schemes = ReadonlyMap<string, JsonObject>

export function schemesOf(root: JsonObject, refs: References): Schemes {
  const written = {
    ...objectOf(member(root, 'securityDefinitions')),
    ...objectOf(member(member(root, 'components'), 'securitySchemes')),
  }
  return new Map(
    Object.entries(written).flatMap(([name, value]) => {
      const scheme = refs.follow(value)
      return isObject(scheme) ? [[name, scheme]] : []
    }),
  )
}

const requirements = (security: unknown): JsonObject[] => listOf(security).filter(isObject)

/** What one operation needs to be called, in words: one entry an alternative; none when it is open to all. */
export function neededAccess(operation: JsonObject, root: JsonObject, schemes: Schemes): string[] {
  const alternatives = requirements(member(operation, 'security') ?? member(root, 'security'))
  if (alternatives.some((one) => Object.keys(one).length === 0)) return []
  const texts = alternatives.map((one) =>
    Object.entries(one)
      .map(([name, scopes]) => schemeText(name, schemes.get(name), textsOf(scopes)))
      .join(' and '),
  )
  return [...new Set(texts)].map((text) => text.slice(0, 500)).slice(0, 8)
}

function schemeText(name: string, scheme: JsonObject | undefined, scopes: readonly string[]): string {
  const word = scheme === undefined ? undefined : authWord(scheme)
  if (scheme === undefined || word === undefined) return `Access by ${name}`
  const allowed = scopes.length === 0 ? '' : ` with ${scopes.slice(0, 10).join(', ')}`
  switch (word) {
    case 'api-key':
      return `An API key in ${textOf(member(scheme, 'in')) ?? 'the request'} ${textOf(member(scheme, 'name')) ?? ''}`.trim()
    case 'basic':
      return 'A user name and password'
    case 'token':
      return 'A bearer token'
    default:
      return `An OAuth token${allowed}`
  }
}

function authWord(scheme: JsonObject): string | undefined {
  switch (textOf(member(scheme, 'type'))?.toLowerCase()) {
    case 'apikey':
      return 'api-key'
    case 'basic':
      return 'basic'
    case 'http':
      return textOf(member(scheme, 'scheme'))?.toLowerCase() === 'basic' ? 'basic' : 'token'
    case 'oauth2':
    case 'openidconnect':
      return 'oauth'
    default:
      return undefined
  }
}

function serverUrl(root: JsonObject, source: string): string | undefined {
  const host = textOf(member(root, 'host'))
  if (host !== undefined) {
    const schemes = textsOf(member(root, 'schemes'))
    const scheme = schemes.includes('https') ? 'https' : (schemes[0] ?? 'https')
    return absolute(`${scheme}://${host}${textOf(member(root, 'basePath')) ?? ''}`, source)
  }
  const server = listOf(member(root, 'servers')).find(isObject)
  const url = textOf(member(server, 'url'))
  if (url === undefined) return undefined
  const variables = objectOf(member(server, 'variables'))
  return absolute(
    url.replace(
      /\{([^{}]{1,100})\}/g,
      (whole, name: string) => textOf(member(member(variables, name), 'default')) ?? whole,
    ),
    source,
  )
}

/** Server addresses may be relative to the document's own (OpenAPI 3.1, 4.8.5). */
function absolute(url: string, source: string): string | undefined {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(url)) return url.slice(0, 2000)
  if (!URL.canParse(url, source)) return undefined
  const { protocol, href } = new URL(url, source)
  return /^https?:$/.test(protocol) ? href.slice(0, 2000) : undefined
}
