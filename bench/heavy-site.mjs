/** A Django site as people have it who work with data: its views need packages that take seconds to import. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeNumberedSite } from './numbered-site.mjs'
import { outputOf } from './program.mjs'

/** By their names on PyPI. */
export const heavyPackages = [
  'djangorestframework',
  'numpy',
  'pandas',
  'scipy',
  'scikit-learn',
  'statsmodels',
  'sympy',
  'networkx',
  'matplotlib',
]

const settings = `
INSTALLED_APPS.append("rest_framework")
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None}
`

const urls = `
from mysite.sales import SalesView

urlpatterns.append(path("sales", SalesView.as_view()))
`

const sales = `
import io

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
import statsmodels.api as sm
import sympy
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView
from scipy import stats
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression


class SaleSerializer(serializers.Serializer):
    day = serializers.IntegerField()
    amount = serializers.FloatField()


class SalesView(APIView):
    def get(self, request):
        sales = pd.DataFrame({"day": np.arange(10), "amount": np.linspace(1, 5, 10)})
        return Response(SaleSerializer(sales.to_dict("records"), many=True).data)
`

/**
 * @param {import('./scenario.mjs').SitePlace} place
 * @returns {Promise<import('./scenario.mjs').Site>}
 */
export async function makeHeavySite(place) {
  const site = await makeNumberedSite(place, { settings, urls })
  await writeFile(join(place.folder, 'mysite/sales.py'), sales)
  // matplotlib lists the fonts of the machine in here once; a server that changed to another user has no other place.
  const fonts = join(place.folder, 'matplotlib')
  await mkdir(fonts)
  await chmod(fonts, 0o777)
  const env = { MPLCONFIGDIR: fonts }
  await outputOf(place.python, ['-c', 'import matplotlib.pyplot'], 120_000, {
    env: { ...process.env, ...env },
  })
  return { ...site, env }
}
