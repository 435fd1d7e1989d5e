"""Suggestions by Flask under gunicorn with eight threads: the edit distance by the textbook, in one interpreter."""
from flask import Flask
from serving import serve_wsgi

app = Flask(__name__)


def edit_distance(left, right):
    row = list(range(len(right) + 1))
    for index, one in enumerate(left, 1):
        corner, row[0] = row[0], index
        for column, other in enumerate(right, 1):
            corner, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, corner + (one != other))
    return row[-1]


@app.get("/suggestions/<word>")
def suggestion(word):
    return {"word": min(range(60), key=lambda number: edit_distance(word * 3, f"candidate number {number}"))}


serve_wsgi(app, threads=8)
