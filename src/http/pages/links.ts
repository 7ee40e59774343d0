import type { Graph } from '../../core/api/graph.js'

/** Addresses of our own pages. */

export const toolHref = (slug: string): string => `/tools/${encodeURIComponent(slug)}`
export const alternativesHref = (slug: string): string => `/alternatives/${encodeURIComponent(slug)}`
export const compareHref = (...slugs: string[]): string => `/compare/${slugs.map(encodeURIComponent).join('-vs-')}`
export const graphHref = (by: 'tool' | 'intent', value: string): string =>
  `/graph?${new URLSearchParams({ [by]: value })}`
/** Where a capability stands on its tool's page. */
export const capabilityAnchor = (id: string): string => `c-${id.replace(/[^\w-]/g, '_')}`
export const capabilityHref = (slug: string, id: string): string => `${toolHref(slug)}#${capabilityAnchor(id)}`

/** Parameters of a search address; arrays are joined with commas, empty ones left out. */
export type SearchParameters = Readonly<Record<string, string | readonly string[] | undefined>>

export function searchHref(parameters: SearchParameters): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    const text = typeof value === 'string' ? value : value?.join(',')
    if (text) query.set(name, text)
  }
  return `/search?${query}`
}

/** Where the nodes of a graph lead, by node id; what was asked itself leads nowhere. */
export function nodeHrefs({ nodes, edges }: Pick<Graph, 'nodes' | 'edges'>): Map<string, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const owners = new Map(edges.flatMap(({ kind, from, to }) => (kind === 'belongs' ? [[from, byId.get(to)?.ref]] : [])))
  const hrefs = new Map<string, string>()
  for (const { id, kind, ref, label } of nodes) {
    const owner = owners.get(id)
    if (kind === 'intent') hrefs.set(id, searchHref({ q: label }))
    else if (kind === 'tool' && ref) hrefs.set(id, toolHref(ref))
    else if (ref && owner) hrefs.set(id, capabilityHref(owner, ref))
  }
  return hrefs
}
