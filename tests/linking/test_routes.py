"""Web routes: where requests enter the code."""

import pytest


@pytest.mark.parametrize(
    ("expected", "files"),
    [
        (
            {("app.py", "show", "GET /show")},
            {
                "shop.py": "from fastapi import FastAPI\napp = FastAPI()\n",
                "app.py": "from shop import app\n@app.get('/show')\ndef show():\n    return 1\n",
            },
        ),
        (
            {("views.py", "predict", "ROUTE /predict")},
            {
                "views.py": "def predict(request):\n    return 1\n",
                "urls.py": "from django.urls import path\nimport views\n"
                "urlpatterns = [path('predict/', views.predict, name='predict')]\n",
            },
        ),
        (
            {("views.py", "Predict", "ROUTE /predict")},
            {
                "views.py": "from django.views import View\nclass Predict(View):\n"
                "    def post(self, request):\n        return 1\n",
                "urls.py": "from django.urls import re_path\nfrom views import Predict\n"
                "urlpatterns = [re_path('^predict$', Predict.as_view())]\n",
            },
        ),
        (
            {("app.py", "predict", "ROUTE /predict")},
            {
                "app.py": "from flask import Flask\napp = Flask('a')\n"
                "def predict():\n    return 1\n"
                "app.add_url_rule('/predict', view_func=predict)\n"
            },
        ),
        (
            {("app.py", "predict", "POST /predict")},
            {
                "app.py": "from aiohttp import web\nasync def predict(request):\n    return 1\n"
                "app = web.Application()\napp.router.add_post('/predict', predict)\n"
            },
        ),
        (
            {("server.py", "Model.Predict", "gRPC Predict")},
            {
                "server.py": "import model_pb2_grpc\n"
                "class Model(model_pb2_grpc.ModelServicer):\n"
                "    def __init__(self):\n        self.x = 1\n"
                "    def Predict(self, request, context):\n        return 1\n"
            },
        ),
        # A path of a file system, and a decorator that is no route.
        (set(), {"app.py": "import os\ndef f():\n    return 1\nos.path.join('/a', f)\n"}),
        (set(), {"app.py": "import cache\n@cache.get('/show')\ndef show():\n    return 1\n"}),
    ],
)
def test_routes(linked, expected, files):
    rows = linked(files).rows(
        "SELECT path, scope, name FROM entry_point WHERE kind = 'web_route' ORDER BY path"
    )
    assert set(rows) == expected
