"""A Spark session that answers one question a line, as JSON, until its input ends.

    {"files": ["<path>", ...], "base": "<folder>", "where": "<SQL>", "settings": {"<name>": "<value>"}}

The rows of Parquet files: {"columns": [[name, type], ...], "rows": [[text, ...], ...]}, or {"error": "<Spark's words>"}. With a base, the
folders below it give partition columns, as text. Of the rows, those where the SQL is true. Settings are Spark's own, for this question alone. Values are exact text: dates as
days, timestamps as microseconds, bytes and text as hex, doubles as the hex of their bits, nested values as Spark's JSON.
"""

import decimal
import json
import os
import struct
import sys

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession, functions as f
from pyspark.sql import types as t


def start():
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.memory": "1g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
        "spark.sql.parquet.datetimeRebaseModeInRead": "EXCEPTION",
        "spark.log.level": "OFF",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    builder = SparkSession.builder.master("local[1]").appName("judge")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def exact(name, kind):
    column = f.col(f"`{name.replace('`', '``')}`")
    if isinstance(kind, t.DateType):
        return f.unix_date(column)
    if isinstance(kind, (t.TimestampType, t.TimestampNTZType)):
        return f.unix_micros(column.cast("timestamp"))
    if isinstance(kind, (t.StringType, t.BinaryType)):
        return f.hex(column)
    if isinstance(kind, t.DecimalType):
        return column.cast("string")
    if isinstance(kind, (t.StructType, t.MapType, t.ArrayType)):
        return f.to_json(column, {"ignoreNullFields": "false"})
    return column


def text(value, kind):
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return struct.pack(">d", value).hex()
    return f"{decimal.Decimal(value):f}" if isinstance(kind, t.DecimalType) else str(value)


def read(spark, question):
    reader = spark.read
    if "base" in question:
        reader = reader.option("basePath", question["base"])
    frame = reader.parquet(*question["files"])
    if "where" in question:
        frame = frame.where(question["where"])
    fields = frame.schema.fields
    rows = frame.select(*[exact(field.name, field.dataType) for field in fields]).collect()
    return {
        "columns": [[field.name, field.dataType.simpleString()] for field in fields],
        "rows": [[text(value, field.dataType) for value, field in zip(row, fields)] for row in rows],
    }


def answer(spark, question):
    settings = question.get("settings", {})
    before = {name: spark.conf.get(name, None) for name in settings}
    try:
        for name, value in settings.items():
            spark.conf.set(name, value)
        return read(spark, question)
    except (PySparkException, Py4JJavaError) as error:
        return {"error": str(error)}
    finally:
        for name, value in before.items():
            spark.conf.unset(name) if value is None else spark.conf.set(name, value)


def main():
    spark = start()
    print(json.dumps({"version": spark.version}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(spark, json.loads(line))), flush=True)
    spark.stop()


main()
