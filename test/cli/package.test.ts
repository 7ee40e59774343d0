import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../support/cli.js'
import { tempFolder } from '../support/home.js'

/** `npm`: the tarball is installed from the registry, which takes minutes where the database has to be compiled. */
const FROM_REGISTRY = process.env.PACKAGE_INSTALL === 'npm'

interface Locked {
  dev?: boolean
  optional?: boolean
  devOptional?: boolean
  peer?: boolean
}

/** Packages that an install for production has, by the lock file. */
function productionPackages(): string[] {
  const { packages } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>
  }
  return Object.entries(packages)
    .filter(([where, { dev, optional, devOptional, peer }]) => where && !(dev || optional || devOptional || peer))
    .map(([where]) => where.slice('node_modules/'.length))
    .filter((name) => !name.includes('node_modules/'))
}

/** What `npm install TARBALL` makes, with this checkout's packages in place of downloaded ones, and none that only the tests have. */
function installOffline(tarball: string, folder: string): void {
  const modules = path.join(folder, 'node_modules')
  const own = path.join(modules, 'matchgraph')
  fs.mkdirSync(own, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', own, '--strip-components=1'])
  for (const name of productionPackages()) {
    fs.mkdirSync(path.dirname(path.join(modules, name)), { recursive: true })
    fs.symlinkSync(fs.realpathSync(path.join(ROOT, 'node_modules', name)), path.join(modules, name))
  }
  npm(folder, 'rebuild', '--ignore-scripts', '--offline') // links the commands
}

const npm = (cwd: string, ...args: string[]): string =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--no-update-notifier'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
const sizeOf = (folder: string): number =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + fs.statSync(path.join(parentPath, name)).size, 0)

it('the packed package, installed into an empty folder, answers by `npx matchgraph`', async () => {
  const { folder, remove } = tempFolder()
  try {
    const [packed] = JSON.parse(npm(ROOT, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder))
    const files: string[] = packed.files.map(({ path: file }: { path: string }) => file)
    expect(
      files.filter((file) => /\.map$|program\.cjs\.|^(test|bench)\/|^dist\/(test|bench)\/|\.db$/.test(file)),
    ).toEqual([])
    const user = path.join(folder, 'user')
    fs.mkdirSync(user)
    fs.writeFileSync(path.join(user, 'package.json'), '{"private": true}')
    const tarball = path.join(folder, packed.filename)
    const begun = performance.now()
    if (FROM_REGISTRY) npm(user, 'install', tarball)
    else installOffline(tarball, user)
    const installed = performance.now()

    const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MATCHGRAPH_')))
    const child = spawn('npx', ['--offline', 'matchgraph'], {
      cwd: user,
      env: { ...clean, MATCHGRAPH_PORT: '0', MATCHGRAPH_LOG: 'error' },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true, // npx starts a shell that starts us: they are stopped together
    })
    const closed = new Promise((resolve) => child.once('close', resolve))
    try {
      const welcome = await new Promise<string>((resolve, reject) => {
        let out = ''
        child.stdout.on('data', (chunk) => {
          out += chunk
          if ((out.match(/\?q=/g) ?? []).length === 3) resolve(out)
        })
        closed.then((code) => reject(new Error(`npx matchgraph exited ${code}: ${out}`)))
      })
      const [address] = /http:\/\/\S+\?q=\S+/.exec(welcome)!
      const { origin, searchParams } = new URL(address)
      const asked = await fetch(`${origin}/api/v1/search?${new URLSearchParams({ q: searchParams.get('q')! })}`)
      const { answer, results } = (await asked.json()) as any
      const answered = performance.now()
      expect(answer).toBe('match')
      expect(results[0].capability.name.toLowerCase()).toContain('sandbox')
      expect((await fetch(address)).status).toBe(200)
      expect(fs.existsSync(path.join(user, '.matchgraph', 'matchgraph.db'))).toBe(true)
      const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1)
      console.log(
        `tarball ${megabytes(packed.size)}, unpacked ${megabytes(packed.unpackedSize)}` +
          `${FROM_REGISTRY ? `, installed ${megabytes(sizeOf(path.join(user, 'node_modules')))}` : ''};` +
          ` install ${seconds(begun, installed)} s, npx to first answer ${seconds(installed, answered)} s`,
      )
    } finally {
      process.kill(-child.pid!, 'SIGTERM')
      await closed
    }
  } finally {
    remove()
  }
}, 900_000)
