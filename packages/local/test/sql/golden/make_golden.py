"""Writes answers.json: what sqlglot's translation of each statement answers on DuckDB.

Run with a Python that has sqlglot and duckdb: python make_golden.py
"""

import json
import pathlib

import duckdb
import sqlglot

here = pathlib.Path(__file__).parent
answers = []
for sql in json.loads((here / "statements.json").read_text()):
    translated = sqlglot.transpile(sql, read="snowflake", write="duckdb")[0]
    rows = duckdb.connect().execute(f"SELECT * FROM ({translated}) AS q").fetchall()
    answers.append({"sql": sql, "rows": [[None if cell is None else str(cell) for cell in row] for row in rows]})

header = {"sqlglot": sqlglot.__version__, "duckdb": duckdb.__version__}
(here / "answers.json").write_text(json.dumps({"by": header, "answers": answers}, indent=1, ensure_ascii=False) + "\n")
