"""A price list by Flask: 700 lines are rendered by Jinja for every request."""
from flask import Flask, render_template_string
from serving import serve_wsgi

app = Flask(__name__)
LINES = [{"name": f"<part {number}>", "price": number * 1.5, "tags": ["new", "sale<", "last"]} for number in range(700)]
PAGE = """<table>{% for line in lines %}<tr class="{{ loop.cycle('odd', 'even') }}"><td>{{ loop.index }}</td><td>{{ line.name|upper|e }}</td>
<td>{{ '%.2f'|format(line.price) }}</td><td>{% for tag in line.tags %}{{ tag|e }}{% if not loop.last %}, {% endif %}{% endfor %}</td></tr>{% endfor %}</table>"""


@app.get("/prices")
def prices():
    return render_template_string(PAGE, lines=LINES)


serve_wsgi(app, threads=4)
