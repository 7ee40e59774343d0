import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { packageFolder } from '../../embed/load.js'
import { type App, router } from '../router.js'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}
const NAMES = ['style.css', 'page.js', 'favicon.svg'] as const
export type AssetName = (typeof NAMES)[number]

interface Asset {
  /** With a hash of the content in the name, so that it may be kept for ever. */
  href: string
  body: string
  type: string
}

/** Style, script and icon of the pages, read once. */
export class Assets {
  private readonly byName = new Map<AssetName, Asset>()

  constructor(folder = path.join(packageFolder(), 'src/http/pages/static')) {
    for (const name of NAMES) {
      const body = readFileSync(path.join(folder, name), 'utf8')
      const hash = createHash('sha256').update(body).digest('hex').slice(0, 10)
      const { name: stem, ext } = path.parse(name)
      this.byName.set(name, { href: `/assets/${stem}.${hash}${ext}`, body, type: TYPES[ext]! })
    }
  }

  href(name: AssetName): string {
    return this.byName.get(name)!.href
  }

  routes(): App {
    const app = router()
    for (const { href, body, type } of this.byName.values()) {
      app.get(href, (c) =>
        c.body(body, 200, { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' }),
      )
    }
    const icon = this.byName.get('favicon.svg')!
    app.get('/favicon.svg', (c) =>
      c.body(icon.body, 200, { 'content-type': icon.type, 'cache-control': 'public, max-age=86400' }),
    )
    app.get('/favicon.ico', (c) => c.redirect(icon.href, 302))
    return app
  }
}
