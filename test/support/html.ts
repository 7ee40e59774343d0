import { Parser } from 'htmlparser2'

/** What a browser says that it would like. */
export const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
export const searchPath = (parameters: Record<string, string>) => `/search?${new URLSearchParams(parameters)}`

interface Element {
  name: string
  attributes: Record<string, string>
}

/** Every start tag as an HTML parser sees it. */
export function elementsOf(html: string): Element[] {
  const elements: Element[] = []
  new Parser({ onopentag: (name, attributes) => elements.push({ name, attributes }) }).end(html)
  return elements
}

/** What the content security policy would refuse, and what no text may become. */
export function faultsOf(html: string): string[] {
  return elementsOf(html).flatMap(({ name, attributes }) => [
    ...Object.keys(attributes).filter((key) => key === 'style' || /^on/i.test(key)),
    ...Object.entries(attributes)
      .filter(([key, value]) => ['href', 'src', 'action'].includes(key) && /^\s*(?!https?:|\/|#)\w+:/i.test(value))
      .map(([key, value]) => `${name} ${key}=${value}`),
    ...(name === 'script' && !attributes.src && attributes.type !== 'application/ld+json' ? ['inline script'] : []),
    ...(['style', 'iframe', 'object', 'base'].includes(name) ? [name] : []),
    ...(['script', 'link', 'img'].includes(name) &&
    /^https?:\/\/(?!localhost)/.test(attributes.src ?? attributes.href ?? '')
      ? [`${name} from another host`]
      : []),
  ])
}
