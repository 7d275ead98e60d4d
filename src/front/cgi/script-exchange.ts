/**
 * One request on its way through a CGI script: the script is started, gets the body, and what it prints goes to the
 * client, with back-pressure in both directions. As Apache's mod_cgid does it.
 */
import type { RunningRequest } from '../../logging/events.js'
import { CgiProcess, kernelCanRun } from '../../workers/cgi-process.js'
import type { RequestBody } from '../application-front.js'
import type { ScriptCompression } from '../compression/script-compression.js'
import type { KnownOfFailure } from '../failures.js'
import { HeldParts } from '../held-parts.js'
import { type HttpExchange, writeHead } from '../reply.js'
import type { ResponseHead } from '../response-head.js'
import type { HeadFault } from './script-head.js'
import { type InputListener, ScriptInput } from './script-input.js'
import { type OutputReceiver, readOutput } from './script-output.js'
import { scriptResponse } from './script-response.js'
import type { ScriptCommand, ScriptFront, Scripts } from './scripts.js'

export class ScriptExchange implements OutputReceiver, InputListener {
  readonly #onClose = () => this.#clientGone()
  #process: CgiProcess | null = null
  #input: ScriptInput | null = null
  /** What is sent to the client, or is to be done once the script prints no more. */
  #state: 'head' | 'body' | 'drains' | 'over' = 'head'
  #afterwards: (() => void) | null = null
  #bodyDone = false
  /** Parts of the response held back until the request body is complete. */
  #held: HeldParts | null = null
  #waitsForDrain = false
  /** Null: what the script prints goes out as it is. */
  #compression: ScriptCompression | null = null
  /** When the script last said or took something. */
  #heard = 0
  #cancelSilence: (() => void) | null = null
  #withdraw: () => void = () => {}

  constructor(
    private readonly front: ScriptFront,
    private readonly scripts: Scripts,
    private readonly http: HttpExchange,
    private readonly command: ScriptCommand,
  ) {}

  /** Has the script started when it is its turn. */
  submit(): void {
    this.http.response.once('close', this.#onClose)
    const body = this.http.body
    this.http.body = 'none'
    this.#withdraw = this.scripts.gate.enter(() => this.#start(body))
  }

  /** The server ends: so does the script. */
  kill(): void {
    this.#process?.kill()
  }

  #start(body: RequestBody): void {
    const { filename } = this.command
    if (!kernelCanRun(filename)) {
      this.scripts.gate.leave()
      return this.#refuse(
        `${filename} is no program: its first line has to be #! and an interpreter`,
      )
    }
    this.scripts.running.add(this)
    const process = new CgiProcess(this.command, this.front.clock, failure => this.#left(failure))
    if (process.pid === 0) return
    this.#process = process
    readOutput(process, this.command.form, this)
    this.#input = new ScriptInput(this.http.request, process.stdin, this.front.bodyLimit, this)
    this.#watchSilence()
    this.#sendBody(body, this.#input)
  }

  #sendBody(body: RequestBody, input: ScriptInput): void {
    if (body === 'streamed') {
      if (this.http.request.expects === 'continue') this.http.response.writeContinue()
      return this.http.request.receive(input)
    }
    if (body !== 'none') input.bodyPiece(body as Buffer)
    input.bodyEnd()
  }

  /** The process is gone, or could not be started. */
  #left(failure: Error | null): void {
    if (!this.scripts.running.delete(this)) return
    this.scripts.gate.leave()
    if (failure === null) return
    const { code } = failure as NodeJS.ErrnoException
    const why = code === undefined ? failure.message : (failures[code] ?? code)
    this.#refuse(`${this.command.filename} could not be started: ${why}`)
  }

  #refuse(reason: string): void {
    this.#tell(reason)
    // As for a script that has said nothing: the body comes first.
    this.http.request.resume()
    this.#fail(500)
  }

  // OutputReceiver

  heard(): void {
    this.#heard = this.front.clock.now()
  }

  complaint(text: string): void {
    this.front.log.emit({ type: 'scriptLine', ...this.#about(), pid: this.#process!.pid, text })
  }

  headless(fault: HeadFault): void {
    this.#inOrder(0, () => {
      if (this.#state === 'over') return
      this.#tell(faultText(fault))
      this.#afterOutput(() => this.#fail(500))
    })
  }

  head(fields: readonly string[], body: Buffer, whole: boolean): void {
    this.#inOrder(body.length, () => {
      if (this.#state === 'head') this.#answer(fields, body, whole)
    })
  }

  body(piece: Buffer): void {
    this.#inOrder(piece.length, () => {
      if (this.#state === 'head' && this.command.form === 'response') this.#beginRaw()
      if (this.#state === 'body') this.#write(piece)
    })
  }

  end(): void {
    this.#inOrder(0, () => {
      if (this.#state === 'head' && this.command.form === 'response') this.#beginRaw()
      if (this.#state === 'body') this.#finish()
      this.#afterwards?.()
      this.#afterwards = null
    })
  }

  // InputListener

  bodyDone(): void {
    this.#bodyDone = true
    this.heard()
    this.#release()
  }

  bodyFailed(status: number): void {
    this.#bodyDone = true
    this.#held = null
    this.#tell('the request body did not come in order')
    this.#endProcess('group')
    this.#fail(status)
  }

  // The response.

  #answer(fields: readonly string[], body: Buffer, whole: boolean): void {
    const { http } = this
    const response = scriptResponse(fields, {
      method: http.method,
      headers: http.request.headers,
      status: http.internal?.status ?? 200,
      seconds: this.front.clock.epoch(),
    })
    switch (response.kind) {
      case 'send':
        return this.#send(response.head, body, whole)
      case 'fail':
        return this.#afterOutput(() => this.#fail(response.status, response.fields))
      case 'redirect':
        return this.#afterOutput(() => {
          this.#handOver()
          this.front.redirect(http, response.path, {
            keys: this.command.known,
            fields: response.fields,
          })
        })
    }
  }

  #send(head: ResponseHead, body: Buffer, whole: boolean): void {
    const { http } = this
    const fault = head.fault(http.response.canChunk)
    if (fault !== null) {
      this.#tell(`its response head cannot be sent: ${fault}`)
      return this.#afterOutput(() => this.#fail(500))
    }
    if (!head.hasType && !head.bodiless) this.#addType(head.fields)
    if (whole && this.#knowsLength(head)) insertLength(head.fields, body.length)
    if (http.identity !== null) head.fields.unshift(...http.identity.fields)
    head.isEmpty = whole && body.length === 0
    this.#state = 'body'
    this.#compression = http.rules.compression?.script(http, head, () => this.#unwanted()) ?? null
    if (this.#compression !== null) {
      if (body.length > 0) this.#write(body)
      return
    }
    writeHead(http, head.status, head.reason, head.fields, head)
    if (body.length > 0) this.#write(body)
    else http.response.flushHeaders()
  }

  /** HEAD is not told it, as in Apache. */
  #knowsLength({ bodiless }: ResponseHead): boolean {
    return !this.http.response.isHead && !bodiless
  }

  #addType(fields: string[]): void {
    const type = this.front.typeOf(this.command.filename)
    if (type !== undefined) fields.push('Content-Type', type)
  }

  #beginRaw(): void {
    this.#state = 'body'
    this.http.response.passThrough()
  }

  #write(piece: Buffer): void {
    const { response } = this.http
    const room = this.#compression?.write(piece, this.#drained) ?? response.write(piece)
    if (room || this.#waitsForDrain) return
    this.#waitsForDrain = true
    this.#process?.stdout.pause()
    if (this.#compression === null) response.once('drain', this.#drained)
  }

  readonly #drained = (): void => {
    this.#waitsForDrain = false
    this.heard()
    this.#process?.stdout.resume()
  }

  /** The client has its answer. */
  #unwanted(): void {
    this.#handOver()
    this.#endProcess('process')
  }

  #finish(): void {
    this.#handOver()
    if (this.#compression === null) this.http.response.end()
    else this.#compression.end()
    this.#endProcess('process')
  }

  /** The client is answered when the script prints no more, as Apache has it. */
  #afterOutput(answer: () => void): void {
    this.#state = 'drains'
    this.#afterwards = answer
    if (this.#process?.stdout.closed !== false) this.end()
  }

  #fail(status: number, fields: readonly string[] = []): void {
    if (this.#state === 'over') return
    this.#handOver()
    const known: KnownOfFailure = { fields, keys: this.command.known }
    this.front.fail(this.http, status, known)
    this.#endProcess('process')
  }

  // Order, silence and ends.

  #inOrder(bytes: number, step: () => void): void {
    if (this.#bodyDone || this.#state === 'over') return step()
    this.#held ??= new HeldParts()
    if (this.#held.hold(bytes, step)) return
    this.#bodyDone = true
    this.#release()
  }

  #release(): void {
    const held = this.#held
    this.#held = null
    held?.release()
  }

  #watchSilence(): void {
    this.heard()
    const wait = (milliseconds: number) => {
      this.#cancelSilence = this.front.clock.after(milliseconds, look)
    }
    const look = () => {
      const limit = this.front.silence * 1000
      if (this.#waitsForDrain || (!this.#bodyDone && !this.#input!.stuck)) this.heard()
      const left = this.#heard + limit - this.front.clock.now()
      if (left > 0) return wait(left)
      if (this.#bodyDone) return this.#tooSilent()
      this.#tell('it does not read the request body')
      this.#input!.giveUp()
      wait(limit)
    }
    wait(this.front.silence * 1000)
  }

  #tooSilent(): void {
    const begun = this.#state === 'body'
    const outcome = begun ? 'its response is cut off' : 'answered 504'
    this.#tell(`it said nothing for --socket-timeout ${this.front.silence}: ${outcome}`)
    this.#afterwards = null
    this.#endProcess('group')
    if (!begun) return this.#fail(504)
    this.#handOver()
    this.http.response.destroy()
  }

  #clientGone(): void {
    if (this.#state === 'over') return
    this.#withdraw()
    this.#handOver()
    this.#endProcess('group')
  }

  /** The response belongs to somebody else from here on. */
  #handOver(): void {
    this.#state = 'over'
    this.#held = null
    this.#cancelSilence?.()
    this.http.response.off('close', this.#onClose)
  }

  #endProcess(who: 'process' | 'group'): void {
    const process = this.#process
    if (process === null) return
    process.stdout.resume()
    process.end(who, () => this.#tell('it does not end: it is killed'))
  }

  #tell(reason: string): void {
    this.front.log.emit({ type: 'scriptFault', ...this.#about(), reason })
  }

  #about(): Pick<RunningRequest, 'client' | 'scriptFilename'> {
    return { client: this.http.request.client, scriptFilename: this.command.filename }
  }
}

const failures: Readonly<Record<string, string>> = {
  EACCES: 'it is not executable',
  ENOENT: 'its interpreter does not exist',
}

function faultText(fault: HeadFault): string {
  if (fault === 'nothing') return 'it ended without a response'
  if (fault === 'premature') return 'its output ends within the head'
  return `a line of its head is no field: ${fault.badLine}`
}

/** Before the type, which comes last. */
function insertLength(fields: string[], length: number): void {
  const at = fields[fields.length - 2] === 'Content-Type' ? fields.length - 2 : fields.length
  fields.splice(at, 0, 'Content-Length', String(length))
}
