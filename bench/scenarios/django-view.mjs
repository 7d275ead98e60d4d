/** What a real page costs: Django's default middleware and one template. */
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadColumns, measureLoad, outputOf } from '../load.mjs'

const settings = `
DEBUG = False
ALLOWED_HOSTS = ["*"]
TEMPLATES[0]["DIRS"] = [BASE_DIR / "templates"]
`

const urls = `
from django.shortcuts import render


def list_rows(request):
    rows = [{"name": "row %d" % number, "value": number * number} for number in range(20)]
    return render(request, "rows.html", {"rows": rows})


urlpatterns = [path("", list_rows)]
`

const template = `<!doctype html>
<title>Rows</title>
<table>
{% for row in rows %}<tr><th>{{ row.name }}</th><td>{{ row.value }}</td></tr>
{% endfor %}</table>
`

/** @type {import('../scenario.mjs').Scenario} */
export default {
  name: 'django-view',
  title: 'Django view with a template: 1 process x 5 threads, 32 connections',
  processes: 1,
  threads: 5,
  connections: 32,
  makeSite: async ({ folder, python }) => {
    await outputOf(python, ['-m', 'django', 'startproject', 'mysite', folder], 30_000)
    await mkdir(join(folder, 'templates'))
    await writeFile(join(folder, 'templates/rows.html'), template)
    await appendFile(join(folder, 'mysite/settings.py'), settings)
    await appendFile(join(folder, 'mysite/urls.py'), urls)
    return {
      folder,
      script: 'mysite/wsgi.py',
      module: 'mysite.wsgi',
      django: true,
      path: '/',
      isRight: body => body.includes('<th>row 19</th><td>361</td>'),
    }
  },
  columns: loadColumns,
  measure: measureLoad,
}
