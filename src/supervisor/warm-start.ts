/**
 * Workers that are forked from a template, which is kept in step with what the workers load: made when they have loaded
 * something and are calm, made anew when they load more, dropped when a file of it changes.
 */
import type { Log } from '../logging/log.js'
import { isInstalled } from '../watch/watched-file.js'
import type { Channel } from '../workers/channel.js'
import type { ImportGroup, LoadResult, ReportedFile } from '../workers/load-result.js'
import { type StartProcess, startHere } from '../workers/started-process.js'
import { Template, type TemplateContent } from '../workers/template.js'
import type { WorkerConfiguration } from '../workers/worker-configuration.js'
import { FirstStart, type FirstStartOptions } from './first-start.js'
import type { Warmth } from './fleet-options.js'
import { ImportChanges } from './import-changes.js'

/** What templates and workers are started with. */
export interface WarmStartCommand {
  readonly workingDirectory: string
  readonly env: NodeJS.ProcessEnv
  readonly configuration: Promise<WorkerConfiguration>
}

export interface WarmStartOptions extends FirstStartOptions {
  readonly channel: Channel
  readonly log: Log
  /** What runs the template. */
  readonly program: string
  readonly args: readonly string[]
  /** Hears which files templates have loaded. */
  readonly filesLoaded: (files: readonly ReportedFile[]) => void
  /** Has a worker tell its modules, see {@link WarmStart.modules}; does nothing when there is none. */
  readonly askModules: () => void
}

/** Milliseconds without anything loaded before a template is made, and before it is made anew for what it lacks. */
const calm = 300
const calmForMore = 2000

/** Milliseconds that a forked worker has to load the application in any case. */
const leastPatience = 3000

/** Templates that are made one after the other until one has no offenders. */
const mostAttempts = 8

/** They change other modules behind our back, and have to do so before those are imported by others. */
const patchers: ReadonlySet<string> = new Set(['gevent.monkey', 'eventlet.patcher'])

/** Identities of templates, beside those of workers and services. */
let lastId = 2_000_000

export class WarmStart implements Warmth {
  readonly #options: WarmStartOptions
  #template: Template | null = null
  /** What the template has loaded. */
  #files: ReadonlySet<string> = new Set()
  /** What was ordered for it. */
  #imports: readonly ImportGroup[] = []
  /** Is being made. */
  #next: Template | null = null
  #known: ReadonlySet<string> = new Set()
  /** Names of modules that must not be in it, and why. */
  readonly #refused = new Map<string, string>()
  /** What the last load from nothing took. */
  #loadSeconds = 0
  readonly #changes = new ImportChanges()
  readonly #firstStart: FirstStart
  #attempts = 0
  #cancel: (() => void) | null = null
  #closed = false
  /** The next worker is started the long way: one that was forked was no use. */
  #coldOnce = false

  #command: WarmStartCommand

  constructor(options: WarmStartOptions, command: WarmStartCommand) {
    this.#options = options
    this.#command = command
    this.#firstStart = new FirstStart(options)
  }

  get patience(): number {
    return leastPatience + 3000 * this.#loadSeconds
  }

  get most(): number {
    return this.#firstStart.most
  }

  /** Workers are started with this from now on. */
  follow(command: WarmStartCommand): void {
    this.#command = command
    this.drop()
    this.loaded()
  }

  /** A worker out of the template, where there is one. */
  readonly start: StartProcess = command => {
    const template = this.#coldOnce ? null : this.#template
    return (template?.start ?? startHere)(command)
  }

  get isWarm(): boolean {
    return this.#template !== null && !this.#coldOnce
  }

  /** Until something changes, workers are started the long way. */
  coolDown(): void {
    this.#coldOnce = true
  }

  /** Workers have loaded something. */
  loaded(): void {
    this.#cancel?.()
    const wait = this.#template === null ? calm : calmForMore
    this.#cancel = this.#options.clock.after(wait, () => {
      this.#cancel = null
      if (!this.#closed) this.#options.askModules()
    })
  }

  /** What a worker has imported that is no part of the project; one that was forked: what the template has not. */
  modules(told: readonly ImportGroup[], isForked: boolean): void {
    if (this.#closed || this.#next !== null) return
    const imports = isForked ? [...this.#imports, ...told] : told
    const names = told.flatMap(([, group]) => group)
    const isNew = names.some(name => !this.#known.has(name) && !this.#refused.has(name))
    if (!isNew || names.some(name => patchers.has(name))) return this.#firstStart.end()
    this.#known = new Set([...this.#known, ...names])
    this.#attempts = 0
    this.#make(imports)
  }

  /** Whether a forked worker has changed what its template was told that workers change, and nothing else. */
  fits({ conditions }: LoadResult): boolean {
    this.loaded()
    if (this.#changes.fit(conditions)) return true
    this.drop()
    return false
  }

  loadedColdly({ conditions, loaded, seconds }: LoadResult): void {
    this.#changes.are(conditions)
    this.#firstStart.loaded(loaded ? seconds : null)
    if (loaded) this.#loadSeconds = seconds
    this.loaded()
  }

  /** Files have changed: a template that has one of them is of no more use. */
  changed(files: readonly string[]): void {
    this.#coldOnce = false
    this.#changes.codeChanged()
    if (files.some(file => this.#files.has(file))) this.drop()
    // What is being made may have loaded them already, and does not say so yet.
    else if (files.some(isInstalled)) this.#dropNext()
  }

  drop(): void {
    this.#dropNext()
    this.#template?.close()
    this.#template = null
    this.#files = new Set()
    this.#known = new Set()
    this.#refused.clear()
  }

  #dropNext(): void {
    if (this.#next === null) return
    this.#next.close()
    this.#next = null
    this.#known = new Set()
    this.#firstStart.end()
  }

  close(): void {
    this.#closed = true
    this.#cancel?.()
    this.drop()
  }

  #use(
    template: Template,
    imports: readonly ImportGroup[],
    { files, modules, seconds }: TemplateContent,
  ): void {
    this.#template?.close()
    this.#template = template
    this.#imports = imports
    this.#files = new Set(files.map(([path]) => path))
    // One that has changed since it was loaded is seen by its time.
    this.#options.filesLoaded(files)
    this.#next = null
    this.#firstStart.end()
    const leftOut = Object.fromEntries(this.#refused)
    const pid = template.pid ?? 0
    this.#options.log.emit({ type: 'templateReady', pid, modules, seconds, leftOut })
  }

  #make(imports: readonly ImportGroup[]): void {
    this.#attempts++
    const { channel, program, args } = this.#options
    const { workingDirectory: folder, env, configuration } = this.#command
    void configuration.then(settings => {
      if (this.#closed || this.#command.configuration !== configuration) return
      const order = { configuration: settings, imports, refused: [...this.#refused.keys()] }
      const template: Template = new Template(
        ++lastId,
        channel,
        { program, args, folder, env },
        order,
        {
          warm: content => {
            if (this.#next === template) this.#use(template, imports, content)
            else template.close()
          },
          offenders: offenders => {
            for (const [name, why] of Object.entries(offenders)) this.#refused.set(name, why)
            if (this.#next !== template) return
            this.#next = null
            if (this.#attempts < mostAttempts) this.#make(imports)
            else this.#firstStart.end()
          },
          failed: (pid, reason) => this.#options.log.emit({ type: 'templateFailed', pid, reason }),
          gone: () => {
            // One that has never been warm is not tried again as long as nothing is new.
            if (this.#next === template) {
              this.#next = null
              this.#firstStart.end()
            }
            if (this.#template === template) this.drop()
          },
        },
      )
      this.#next = template
    })
  }
}
