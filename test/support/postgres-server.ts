import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

/** Where Debian keeps the programs of the newest PostgreSQL installed; undefined when there is none. */
const programs = (): string | undefined => {
  const root = '/usr/lib/postgresql'
  const versions = fs.existsSync(root) ? fs.readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  return versions
    .map((version) => path.join(root, version, 'bin'))
    .find((bin) => fs.existsSync(path.join(bin, 'initdb')))
}

/** Why tests that start and kill a server do not run; undefined when they do. */
export const NO_SERVER = programs()
  ? undefined
  : 'skipped: no PostgreSQL is installed here to start and kill (Debian: apt-get install postgresql)'

/** A PostgreSQL server of our own in a temporary folder, on a free loopback port. */
export class PostgresServer {
  readonly port: number
  private readonly folder: string
  private readonly bin: string

  private constructor(port: number, folder: string, bin: string) {
    this.port = port
    this.folder = folder
    this.bin = bin
  }

  static async create(): Promise<PostgresServer> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-pg-'))
    const server = new PostgresServer(await freePort(), folder, programs()!)
    // the server refuses to run as root
    if (process.getuid?.() === 0) execFileSync('chown', ['postgres', folder])
    server.run('initdb', ['-D', server.data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8'])
    server.start()
    return server
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`
  }

  start(): void {
    const options = `-p ${this.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${this.folder}`
    this.run('pg_ctl', ['-D', this.data, '-l', path.join(this.folder, 'log'), '-o', options, '-w', 'start'])
  }

  /** As a crash: no goodbye to anybody, recovery at the next start. */
  kill(): void {
    this.run('pg_ctl', ['-D', this.data, '-m', 'immediate', '-w', 'stop'])
  }

  remove(): void {
    if (fs.existsSync(path.join(this.data, 'postmaster.pid'))) this.kill()
    fs.rmSync(this.folder, { recursive: true, force: true })
  }

  private get data(): string {
    return path.join(this.folder, 'data')
  }

  private run(program: string, args: string[]): void {
    const own = process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : []
    const [command, ...rest] = [...own, path.join(this.bin, program), ...args]
    const { status, stderr } = spawnSync(command!, rest, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] })
    if (status !== 0) throw new Error(`${program}: ${stderr}`)
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as net.AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
