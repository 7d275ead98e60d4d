/** Wording of what is told about reloads, and the same for programs: the fields of JSON lines. */
import { isAbsolute, relative } from 'node:path'
import type { EntryEvent } from './events.js'
import { countText, secondsText } from './text-parts.js'

type Told<Type> = Extract<EntryEvent, { type: Type }>

/** Files that are named; the others are counted. */
const mostNames = 3

export function changedText({ files, folder }: Told<'changed'>): string {
  return `changed: ${filesText(files, folder)}; new workers are starting`
}

/** `reloaded app.py in 34 ms (warm: import 12 ms, 1 worker)` */
export function reloadedText(event: Told<'reloaded'>): string {
  const { files, folder, by, seconds, importSeconds, workers, error } = event
  const how = `${warmthText(event)}: import ${secondsText(importSeconds)}, ${countText(workers, 'worker')}`
  const names = files.length === 0 ? '' : ` ${filesText(files, folder)}`
  const order = by === null ? '' : `${by}: `
  if (error === null) return `${order}reloaded${names} in ${secondsText(seconds)} (${how})`
  const what = names === '' ? 'reload' : `reload of${names}`
  return `${order}${what} failed in ${secondsText(seconds)} (${how}): ${error}; each request tries again`
}

function warmthText({ warm, workers }: Told<'reloaded'>): string {
  if (warm === 0) return 'cold'
  return warm === workers ? 'warm' : `${warm} of ${workers} warm`
}

export function reloadDetails(event: Told<'reloaded'>): Readonly<Record<string, unknown>> {
  const { files, by, seconds, importSeconds, workers, warm, error } = event
  return {
    files,
    by: by ?? undefined,
    total_ms: milliseconds(seconds),
    import_ms: milliseconds(importSeconds),
    workers,
    warm,
    error: error ?? undefined,
  }
}

/** Several lines: a module each, with its own time and that with what it imports. */
export function slowImportsText({ seconds, imports }: Told<'slowImports'>): string {
  const rows = imports.map(([name, own, total, isProject]) => {
    const mark = isProject ? ' (project)' : ''
    return `${secondsText(own).padStart(8)} ${secondsText(total).padStart(8)}  ${name}${mark}`
  })
  const head = `the application took ${secondsText(seconds)} to load; slowest imports (own time, time with what they import):`
  return [head, ...rows].join('\n')
}

export function slowImportsDetails({ seconds, imports }: Told<'slowImports'>) {
  const rows = imports.map(([module, own, total, project]) => {
    return { module, own_ms: milliseconds(own), total_ms: milliseconds(total), project }
  })
  return { import_ms: milliseconds(seconds), imports: rows }
}

/** As seen from a folder: `mysite/views.py`; the whole path of what lies elsewhere. */
function filesText(files: readonly string[], folder: string): string {
  const names = files.slice(0, mostNames).map(file => nameIn(folder, file))
  const more = files.length - names.length
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function nameIn(folder: string, file: string): string {
  const name = relative(folder, file)
  return isAbsolute(file) && name.split('/')[0] !== '..' ? name : file
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1000
}
