/** Where things stand in a JSON text. */
export interface JsonPositions {
  /**
   * Offset by dotted path (`capabilities.2.name`), for the wanted paths that exist: of a field its key's, of a list
   * member its value's. The whole document is the empty path.
   */
  offsets: Map<string, number>
  /** Offset of the first character that cannot be JSON, undefined when the text is sound. */
  error: number | undefined
}

/** Walks the text once, without recursion, so that no nesting is too deep. */
export function jsonPositions(text: string, wanted: ReadonlySet<string>): JsonPositions {
  const walk = new Walk(wanted)
  let at = text.startsWith('\uFEFF') ? 1 : 0
  for (;;) {
    SPACE.lastIndex = at
    SPACE.test(text)
    at = SPACE.lastIndex
    if (at >= text.length) return { offsets: walk.offsets, error: walk.done ? undefined : at }
    const end = tokenEnd(text, at)
    if (end < 0) return { offsets: walk.offsets, error: -end - 1 }
    if (!walk.take(text.slice(at, end), at)) return { offsets: walk.offsets, error: at }
    at = end
  }
}

/** 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

const SPACE = /[\t\n\r ]*/y
const TOKEN = /[{}[\]:,]|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y

/** Offset after the token at `at`; when there is none, −1 − the offset of the character that is wrong. */
function tokenEnd(text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at)
  TOKEN.lastIndex = at
  return TOKEN.test(text) ? TOKEN.lastIndex : -at - 1
}

function stringEnd(text: string, start: number): number {
  let at = start + 1
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 0x22) return at + 1
    if (code < 0x20) return -at - 1
    if (code === 0x5c) {
      ESCAPE.lastIndex = at
      if (!ESCAPE.test(text)) return -at - 1
      at = ESCAPE.lastIndex
    } else at++
  }
  return -at - 1
}

/** Nothing that is looked for lies deeper; what does is walked without keeping its path. */
const MAX_DEPTH = 64

interface Frame {
  object: boolean
  /** Path of the object or list itself, and of the member being read. */
  path: string
  member: string
  index: number
}

class Walk {
  readonly offsets = new Map<string, number>()
  private readonly wanted: ReadonlySet<string>
  private readonly stack: Frame[] = []
  private expect: 'value' | 'first-value' | 'key' | 'first-key' | 'colon' | 'comma' | 'end' = 'value'

  constructor(wanted: ReadonlySet<string>) {
    this.wanted = wanted
  }

  get done(): boolean {
    return this.expect === 'end'
  }

  /** Takes the next token; false when it cannot stand here. */
  take(token: string, offset: number): boolean {
    const top = this.stack.at(-1)
    if (!this.accepts(token, top)) return false
    if (token === '}' || token === ']') this.close()
    else if (token === ',') this.expect = top!.object ? 'key' : 'value'
    else if (token === ':') this.expect = 'value'
    else if (this.expect === 'key' || this.expect === 'first-key') this.key(top!, token, offset)
    else this.value(top, token, offset)
    return true
  }

  private accepts(token: string, top: Frame | undefined): boolean {
    switch (this.expect) {
      case 'end':
        return false
      case 'colon':
        return token === ':'
      case 'comma':
        return token === ',' || token === (top!.object ? '}' : ']')
      case 'key':
        return token.startsWith('"')
      case 'first-key':
        return token.startsWith('"') || token === '}'
      case 'first-value':
        return token === ']' || !/^[}:,]/.test(token)
      case 'value':
        return !/^[}\]:,]/.test(token)
    }
  }

  private key(top: Frame, token: string, offset: number): void {
    if (this.stack.length <= MAX_DEPTH) {
      top.member = join(top.path, JSON.parse(token) as string)
      this.note(top.member, offset)
    }
    this.expect = 'colon'
  }

  private value(top: Frame | undefined, token: string, offset: number): void {
    const path = top === undefined ? '' : top.object ? top.member : this.listPath(top)
    if (!top?.object && this.stack.length <= MAX_DEPTH) this.note(path, offset)
    if (token === '{' || token === '[') {
      this.stack.push({ object: token === '{', path, member: path, index: 0 })
      this.expect = token === '{' ? 'first-key' : 'first-value'
    } else this.expect = this.stack.length === 0 ? 'end' : 'comma'
  }

  private listPath(top: Frame): string {
    return this.stack.length <= MAX_DEPTH ? join(top.path, String(top.index++)) : top.path
  }

  private close(): void {
    this.stack.pop()
    this.expect = this.stack.length === 0 ? 'end' : 'comma'
  }

  private note(path: string, offset: number): void {
    if (this.wanted.has(path) && !this.offsets.has(path)) this.offsets.set(path, offset)
  }
}

const join = (path: string, key: string) => (path === '' ? key : `${path}.${key}`)
