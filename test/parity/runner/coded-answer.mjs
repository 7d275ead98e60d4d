/** Answers whose bodies are compressed, as two tools that compress can be compared. */
import { gunzipSync } from 'node:zlib'
import { withoutBoundary } from './byte-ranges.mjs'
import { observe } from './observation.mjs'

/** A response with what its coding makes particular taken away: lengths depend on the library. */
function withoutParticulars(answer) {
  const response = withoutBoundary(answer)
  const coded = response.fields.some(
    ([name, value]) => name.toLowerCase() === 'content-encoding' && /gzip$/.test(value),
  )
  if (!coded) return response
  const plain = text => text.replace(/(bytes \d+-\d+)\/\d+/g, '$1/*')
  const fields = response.fields.map(([name, value]) => [
    name,
    name.toLowerCase() === 'content-length' ? '*' : plain(value),
  ])
  const text = response.body.toString('latin1')
  const isParts = text.startsWith('\r\n--')
  return { ...response, fields, body: isParts ? Buffer.from(plain(text), 'latin1') : response.body }
}

/** The body as it was before it was compressed; of a small part of it only the length counts. */
export function lookAtCoded(answer) {
  const response = withoutParticulars(answer)
  const { status, body } = response
  const first = body.toString('hex', 0, 10)
  if (!first.startsWith('1f8b')) return observe(response)
  const isPart = status === 206 && body.length < 20
  const shown = isPart ? Buffer.from(`app ${body.length}`) : gunzipSync(body)
  return { ...observe({ ...response, body: shown }), gzip: first }
}
